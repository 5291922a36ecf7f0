// A site's domains, with the records to set and whether they are there, and its certificates.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Certificates } from "./certificates.tsx";
import { Form } from "./form.tsx";
import { FromOutside } from "./from-outside.tsx";
import { Act, Card, Copy, Dialog, Page, Shown, Table, Tag } from "./parts.tsx";
import { useLoad, useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

type Domain = Schemas["Domain"];
type DomainRecord = Schemas["DomainRecord"];
const uses = ["web", "accounts", "rooms", "upload", "pubsub", "proxy", "calls", "component"] as const;
type Use = (typeof uses)[number];

const kindOf = { right: "good", missing: "plain", wrong: "bad", unknown: "plain" } as const;

function Told({ state, told, found }: { state?: keyof typeof kindOf; told?: string; found?: string[] }) {
  const say = useWords();
  return (
    <>
      {state && <Tag kind={kindOf[state]}>{say(`record_${state}`)}</Tag>}
      {told && (
        <p class="hint" dir="auto">
          {told}
        </p>
      )}
      {Boolean(found?.length) && <p class="hint">{say("recordFound", { found: (found ?? []).join(", ") })}</p>}
    </>
  );
}

function Records({ domain }: { domain: Domain }) {
  const say = useWords();
  return (
    <>
      <Table
        label={say("records")}
        rows={domain.records ?? []}
        keyOf={(record: DomainRecord) => `${record.type} ${record.name} ${record.value}`}
        empty={say("recordsNone")}
        columns={[
          { label: say("recordFor"), show: (record) => say(`recordFor_${record.for}`) },
          { label: say("recordType"), show: ({ type }) => type },
          {
            label: say("name"),
            show: ({ name }) => (
              <code dir="ltr" class="long">
                {name}
              </code>
            ),
          },
          {
            label: say("recordValue"),
            show: ({ value }) => (
              <>
                <code dir="ltr" class="long">
                  {value}
                </code>{" "}
                <Copy text={value} />
              </>
            ),
          },
          { label: say("state"), show: (record) => <Told {...record} /> },
        ]}
      />
      {domain.file && (
        <div class="file-proof">
          <p>{say("recordFile")}</p>
          <p>
            <code dir="ltr" class="long">
              {domain.file.url}
            </code>
          </p>
          <p>
            <code dir="ltr" class="long">
              {domain.file.content}
            </code>{" "}
            <Copy text={domain.file.content} />
          </p>
          <Told {...domain.file} />
        </div>
      )}
    </>
  );
}

function DomainCard({ domain: name, tenant, changed }: { domain: string; tenant: string; changed: () => void }) {
  const say = useWords();
  const may = useMay();
  const [checked, setChecked] = useState<Domain>();
  const [leaving, setLeaving] = useState(false);
  const path = { domain: name };
  const loaded = useLoad(() => ask("GET /v1/domains/{domain}", { tenant, path }), [name]);
  const check = async () => {
    setChecked(await ask("POST /v1/domains/{domain}/check", { tenant, path }));
    changed();
  };
  return (
    <Card
      title={name}
      actions={
        <>
          {may("POST /v1/domains/{domain}/check") && <Act label={say("domainCheck")} act={check} />}
          {may("DELETE /v1/domains/{domain}") && (
            <button type="button" class="button button-danger" onClick={() => setLeaving(true)}>
              {say("domainLeave")}
            </button>
          )}
        </>
      }
    >
      <Shown of={checked ? { value: checked, again: loaded.again } : loaded}>
        {(domain) => (
          <>
            <p>
              <Tag kind={domain.state === "proved" ? "good" : "plain"}>{say(`domain_${domain.state}`)}</Tag> {say(`use_${domain.use as Use}`)}
            </p>
            {domain.told && (
              <p class="notice" dir="auto">
                {domain.told}
              </p>
            )}
            <Records domain={domain} />
          </>
        )}
      </Shown>
      {leaving && (
        <Dialog title={say("domainLeaveTitle", { name })} close={() => setLeaving(false)}>
          <p>{say("domainLeaveHint")}</p>
          <Form
            label={say("domainLeave")}
            danger
            fields={[]}
            cancel={() => setLeaving(false)}
            submit={async () => {
              await ask("DELETE /v1/domains/{domain}", { tenant, path });
              setLeaving(false);
              changed();
            }}
          />
        </Dialog>
      )}
    </Card>
  );
}

export function Domains() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const list = useLoad(() => ask("GET /v1/domains", { tenant }), [tenant]);
  const site = useLoad(() => ask("GET /v1/tenant", { tenant }), [tenant]);
  return (
    <Page title={say("domains")}>
      {may("POST /v1/domains") && (
        <Card title={say("domainNew")}>
          <p class="hint">{say("domainNewHint")}</p>
          <Form
            label={say("domainClaim")}
            place={() => "domain"}
            fields={[
              { name: "domain", label: say("domain"), required: true, ltr: true },
              { name: "use", label: say("domainUse"), type: "select", value: "web", options: uses.map((use) => [use, say(`use_${use}`)]) },
            ]}
            submit={async ({ domain = "", use }) => {
              await ask("POST /v1/domains", { tenant, body: { domain, use: use as Use } });
              list.again();
            }}
          />
        </Card>
      )}
      <Shown of={list}>
        {({ domains }) =>
          domains.length ? (
            domains.map(({ domain }) => <DomainCard key={domain} domain={domain} tenant={tenant} changed={list.again} />)
          ) : (
            <p class="empty">{say("domainsNone")}</p>
          )
        }
      </Shown>
      {site.value && may("GET /v1/domains/{domain}/check") && <FromOutside domain={site.value.domain} />}
      {may("GET /v1/certificates") && (
        <Certificates
          load={() => ask("GET /v1/certificates", { tenant })}
          renew={
            may("POST /v1/certificates/{domain}/renew")
              ? (domain) => ask("POST /v1/certificates/{domain}/renew", { tenant, path: { domain } })
              : undefined
          }
        />
      )}
    </Page>
  );
}
