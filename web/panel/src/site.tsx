// The first page of a site, reports and settings.
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Card, Facts, More, Page, Shown, Table, Tag, usePages } from "./parts.tsx";
import { Leave } from "./leave.tsx";
import { hrefOf, Link } from "./route.tsx";
import { useLoad, useSite } from "./session.tsx";
import { SiteTroubles } from "./site-troubles.tsx";
import { linesOf } from "./tenants.tsx";
import { useWords } from "./words.ts";

const places = { origins: "keys", widget: "embed", message: "embed" } as const;

/** What is still missing, and nothing once all is done. */
export function Start() {
  const say = useWords();
  const { name } = useSite();
  const steps = useLoad(() => ask("GET /v1/steps", { tenant: name }), [name]);
  const tenant = useLoad(() => ask("GET /v1/tenant", { tenant: name }), [name]);
  return (
    <Page title={tenant.value?.title || name}>
      <Shown of={steps}>
        {(of) => {
          const left = of.steps.filter(({ done }) => !done);
          if (!left.length) return <p class="empty">{say("stepsDone")}</p>;
          return (
            <Card title={say("stepsTitle")}>
              <ol class="steps">
                {of.steps.map(({ step, done }) => (
                  <li key={step} data-done={done ? "yes" : undefined}>
                    <strong>{say(`step_${step}`)}</strong>
                    {done ? <Tag kind="good">{say("stepDone")}</Tag> : <Tag kind="plain">{say("stepOpen")}</Tag>}
                    {!done && <p class="hint">{say(`step_${step}_hint`)}</p>}
                    {!done && <Link to={hrefOf("site", name, places[step])}>{say(places[step] === "keys" ? "stepToOrigins" : "stepToCode")}</Link>}
                  </li>
                ))}
              </ol>
            </Card>
          );
        }}
      </Shown>
      <SiteTroubles />
      <Shown of={tenant}>
        {(value) => (
          <Card title={say("overview")}>
            <Facts
              rows={[
                [say("state"), value.suspended ? <Tag kind="bad">{say("suspended")}</Tag> : <Tag kind="good">{say("active")}</Tag>],
                [say("domain"), <bdi key="domain">{value.domain}</bdi>],
                [
                  say("siteId"),
                  <code key="site" dir="ltr">
                    {value.site}
                  </code>,
                ],
                [say("plan"), value.plan],
              ]}
            />
          </Card>
        )}
      </Shown>
    </Page>
  );
}

/** "user:42" leads to the user. */
function Party({ of }: { of: string }) {
  const { name: tenant } = useSite();
  const id = /^user:(.+)$/.exec(of)?.[1];
  const shown = <bdi class="long">{id ?? of}</bdi>;
  return id ? <Link to={hrefOf("site", tenant, "users", id)}>{shown}</Link> : shown;
}

export function Reports() {
  const say = useWords();
  const { name: tenant } = useSite();
  const list = usePages("GET /v1/reports", ({ reports }) => reports, { tenant });
  return (
    <Page title={say("reports")}>
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("reports")}
            rows={rows}
            keyOf={({ id }) => id}
            empty={say("reportsNone")}
            columns={[
              { label: say("at"), show: ({ at }) => say.time(at) },
              { label: say("reportBy"), show: ({ by }) => <Party of={by} /> },
              { label: say("reportOf"), show: ({ address }) => <bdi class="long">{address}</bdi> },
              { label: say("reason"), show: ({ reason, text }) => `${reason.replace(/^.*[:/]/, "")} ${text}` },
            ]}
          />
        )}
      </Shown>
      <More more={list.more} />
    </Page>
  );
}

export function SiteSettings() {
  const say = useWords();
  const { name: tenant } = useSite();
  const loaded = useLoad(() => ask("GET /v1/tenant", { tenant }), [tenant]);
  return (
    <Page title={say("settings")}>
      <Card>
        <Shown of={loaded}>
          {(value) => (
            <Form
              label={say("save")}
              done={say("saved")}
              place={({ message }) => (/contact|mailto/i.test(message) ? "contacts" : undefined)}
              fields={[
                { name: "title", label: say("title"), hint: say("titleHint"), value: value.title },
                { name: "guests", label: say("guests"), type: "switch", value: value.guests ? "on" : "" },
                { name: "registration", label: say("registration"), type: "switch", value: value.registration ? "on" : "" },
                { name: "contacts", label: say("contacts"), hint: say("contactsHint"), type: "lines", ltr: true, value: value.contacts.join("\n") },
              ]}
              submit={async ({ title, guests, registration, contacts = "" }) => {
                const body = { title, guests: guests === "on", registration: registration === "on", contacts: linesOf(contacts) };
                await ask("PATCH /v1/tenant", { tenant, body });
              }}
            />
          )}
        </Shown>
      </Card>
      <Leave />
    </Page>
  );
}
