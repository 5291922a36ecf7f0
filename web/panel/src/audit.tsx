// The audit: changes and their authors, of the server or of a tenant.
import { useState } from "preact/hooks";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Card, Page, Shown, Table } from "./parts.tsx";
import { useLoad } from "./session.tsx";
import { useWords } from "./words.ts";

export function AuditLines({ tenant }: { tenant?: string }) {
  const say = useWords();
  const loaded = useLoad(() => ask("GET /operator/v1/audit", { query: { tenant, limit: 100 } }), [tenant]);
  return (
    <Shown of={loaded}>
      {({ lines }) => (
        <Table
          label={say("audit")}
          rows={lines}
          keyOf={({ id }) => id}
          empty={say("auditNone")}
          columns={[
            { label: say("at"), show: ({ at }) => say.time(at) },
            { label: say("who"), show: ({ actor }) => <bdi class="long">{actor}</bdi> },
            { label: say("what"), show: ({ action }) => <code dir="ltr">{action}</code> },
            { label: say("detail"), show: ({ detail }) => <bdi class="long">{detail}</bdi> },
          ]}
        />
      )}
    </Shown>
  );
}

export function Audit() {
  const say = useWords();
  const [tenant, setTenant] = useState("");
  return (
    <Page title={say("audit")}>
      <Card>
        <Form
          label={say("show")}
          fields={[{ name: "tenant", label: say("tenant"), hint: say("auditTenantHint"), ltr: true }]}
          place={() => "tenant"}
          submit={async ({ tenant: wanted = "" }) => {
            if (wanted) await ask("GET /operator/v1/audit", { query: { tenant: wanted, limit: 1 } });
            setTenant(wanted);
          }}
        />
      </Card>
      <AuditLines tenant={tenant || undefined} />
    </Page>
  );
}
