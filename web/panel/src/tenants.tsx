// The operator's and a reseller's tenants: the list, and how one is made.
import { useEffect, useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Dialog, Facts, More, Page, Secret, Shown, Table, Tag, usePages } from "./parts.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useLoad, useMay, useSession } from "./session.tsx";
import { useWords } from "./words.ts";

type Tenant = Schemas["Tenant"];

export function State({ of }: { of: Tenant }) {
  const say = useWords();
  return of.suspended ? <Tag kind="bad">{say("suspended")}</Tag> : <Tag kind="good">{say("active")}</Tag>;
}

export const linesOf = (text: string) =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);

/** Resellers whose tenants the person may make; empty where it is not theirs to choose. */
function useResellers() {
  const may = useMay();
  return useLoad(
    async () => (may("GET /operator/v1/resellers") ? (await ask("GET /operator/v1/resellers", { query: { limit: 200 } })).resellers : []),
    [],
  );
}

/** A plan's name as it is chosen: a reseller knows its own by their short names. */
export function usePlans() {
  return useLoad(async () => (await ask("GET /operator/v1/plans")).plans.map(({ name }) => name), []);
}

function Make({ close, made }: { close: () => void; made: (tenant: Schemas["NewTenant"]) => void }) {
  const say = useWords();
  const plans = usePlans();
  const resellers = useResellers();
  return (
    <Dialog title={say("tenantNew")} close={close}>
      <Shown of={plans}>
        {(names) => (
          <Shown of={resellers}>
            {(all) => (
              <Form
                label={say("make")}
                cancel={close}
                submit={async ({ name = "", domain = "", title, plan, origins = "", guests, reseller }) => {
                  const body = { name, domain, ...(title && { title }), ...(plan && { plan }), ...(reseller && { reseller }) };
                  made(await ask("POST /operator/v1/tenants", { body: { ...body, origins: linesOf(origins), guests: guests === "on" } }));
                }}
                place={({ message }) =>
                  /origin/i.test(message) ? "origins" : /domain/i.test(message) ? "domain" : /plan/i.test(message) ? "plan" : undefined
                }
                fields={[
                  {
                    name: "name",
                    label: say("name"),
                    hint: say("tenantNameHint"),
                    required: true,
                    ltr: true,
                    check: (v) => (/^[a-z0-9-]{1,63}$/.test(v.trim()) ? undefined : say("nameForm")),
                  },
                  { name: "domain", label: say("domain"), hint: say("domainHint"), required: true, ltr: true },
                  { name: "title", label: say("title"), hint: say("titleHint") },
                  ...(all.length
                    ? [
                        {
                          name: "reseller",
                          label: say("reseller"),
                          type: "select" as const,
                          options: [["", say("ownTenant")], ...all.map((r) => [r.name, r.title])] as [string, string][],
                        },
                      ]
                    : []),
                  {
                    name: "plan",
                    label: say("plan"),
                    type: "select",
                    value: names.includes("default") ? "default" : (names[0] ?? ""),
                    options: names.map((name) => [name, name]),
                  },
                  { name: "origins", label: say("origins"), type: "lines", hint: say("originsHint"), ltr: true },
                  { name: "guests", label: say("guests"), type: "switch", value: "on" },
                ]}
              />
            )}
          </Shown>
        )}
      </Shown>
    </Dialog>
  );
}

function Made({ tenant, close }: { tenant: Schemas["NewTenant"]; close: () => void }) {
  const say = useWords();
  return (
    <Dialog title={say("tenantMade", { name: tenant.name })} close={close}>
      <p class="notice">{say("shownOnce")}</p>
      <Secret label={say("siteId")} text={tenant.site} />
      <Secret label={say("apiKey")} text={tenant.api_key} />
      <Secret label={say("signingSecret")} text={tenant.signing_secret} />
      <div class="buttons">
        <button type="button" class="button button-main" onClick={close}>
          {say("kept")}
        </button>
      </div>
    </Dialog>
  );
}

/** The text, once nothing was typed for a moment. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function Tenants() {
  const say = useWords();
  const may = useMay();
  const [search, setSearch] = useState("");
  const [state, setState] = useState("");
  const [plan, setPlan] = useState("");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas["NewTenant"]>();
  const plans = usePlans();
  const { person } = useSession();
  const isOperator = person.roles.some(({ role }) => role === "operator");
  const query = { search: useSettled(search), state, plan };
  const list = usePages("GET /operator/v1/tenants", ({ tenants }) => tenants, { query });
  const isFiltered = Boolean(query.search || state || plan);
  return (
    <Page
      title={say("tenants")}
      actions={
        may("POST /operator/v1/tenants") && (
          <button type="button" class="button button-main" onClick={() => setMaking(true)}>
            {say("tenantNew")}
          </button>
        )
      }
    >
      <search class="filters">
        <label>
          <span>{say("search")}</span>
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
        <label>
          <span>{say("state")}</span>
          <select value={state} onChange={(event) => setState(event.currentTarget.value)}>
            <option value="">{say("all")}</option>
            <option value="active">{say("active")}</option>
            <option value="suspended">{say("suspended")}</option>
          </select>
        </label>
        <label>
          <span>{say("plan")}</span>
          <select value={plan} onChange={(event) => setPlan(event.currentTarget.value)}>
            <option value="">{say("all")}</option>
            {plans.value?.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </search>
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("tenants")}
            rows={rows}
            keyOf={({ id }) => id}
            empty={say(isFiltered ? "tenantsNoMatch" : "tenantsNone")}
            columns={[
              {
                label: say("name"),
                show: (t) => (
                  <Link to={hrefOf("tenants", t.name)}>
                    <strong>{t.name}</strong>
                    {t.title && t.title !== t.name && t.title !== t.domain && <span class="sub">{t.title}</span>}
                  </Link>
                ),
              },
              { label: say("domain"), show: (t) => <bdi class="long">{t.domain}</bdi> },
              { label: say("plan"), show: (t) => t.plan },
              ...(isOperator ? [{ label: say("reseller"), show: (t: Tenant) => t.reseller ?? "–" }] : []),
              { label: say("state"), show: (t) => <State of={t} /> },
              { label: say("created"), show: (t) => say.date(t.created) },
            ]}
          />
        )}
      </Shown>
      <More more={list.more} />
      {making && (
        <Make
          close={() => setMaking(false)}
          made={(tenant) => {
            setMaking(false);
            setMade(tenant);
            list.again();
          }}
        />
      )}
      {made && <Made tenant={made} close={() => go(hrefOf("tenants", made.name))} />}
    </Page>
  );
}

export function tenantFacts(tenant: Tenant, say: ReturnType<typeof useWords>) {
  return (
    <Facts
      rows={[
        [say("state"), <State key="state" of={tenant} />],
        ...(tenant.suspend_reason ? [[say("reason"), tenant.suspend_reason] as [string, string]] : []),
        [say("domain"), <bdi key="domain">{tenant.domain}</bdi>],
        [
          say("siteId"),
          <code key="site" dir="ltr">
            {tenant.site}
          </code>,
        ],
        [say("plan"), tenant.plan],
        ...(tenant.reseller ? [[say("reseller"), tenant.reseller] as [string, string]] : []),
        [say("created"), say.date(tenant.created)],
        [say("hosts"), <span key="hosts">{tenant.hosts.map(({ domain, kind }) => `${domain} (${kind})`).join(", ")}</span>],
      ]}
    />
  );
}
