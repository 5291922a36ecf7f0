// One tenant, as the operator or its reseller sees it.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { AuditLines } from "./audit.tsx";
import { Certificates } from "./certificates.tsx";
import { Form } from "./form.tsx";
import { Act, Card, Dialog, Page, Shown } from "./parts.tsx";
import { go, hrefOf } from "./route.tsx";
import { useLoad, useMay } from "./session.tsx";
import { linesOf, tenantFacts, usePlans } from "./tenants.tsx";
import { TenantUsage } from "./usage.tsx";
import { useWords } from "./words.ts";

type Tenant = Schemas["Tenant"];

function Settings({ tenant, changed }: { tenant: Tenant; changed: () => void }) {
  const say = useWords();
  const plans = usePlans();
  return (
    <Card title={say("settings")}>
      <Shown of={plans}>
        {(names) => (
          <Form
            label={say("save")}
            done={say("saved")}
            place={({ message }) => (/origin/i.test(message) ? "origins" : /plan/i.test(message) ? "plan" : undefined)}
            submit={async ({ title, plan, origins = "", guests, registration }) => {
              const body = { title, plan, origins: linesOf(origins), guests: guests === "on", registration: registration === "on" };
              await ask("PATCH /operator/v1/tenants/{name}", { path: { name: tenant.name }, body });
              changed();
            }}
            fields={[
              { name: "title", label: say("title"), hint: say("titleHint"), value: tenant.title },
              {
                name: "plan",
                label: say("plan"),
                type: "select",
                value: tenant.plan,
                options: [...new Set([tenant.plan, ...names])].map((n) => [n, n]),
              },
              { name: "origins", label: say("origins"), type: "lines", hint: say("originsHint"), ltr: true, value: tenant.origins.join("\n") },
              { name: "guests", label: say("guests"), type: "switch", value: tenant.guests ? "on" : "" },
              { name: "registration", label: say("registration"), type: "switch", value: tenant.registration ? "on" : "" },
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}

function Suspend({ tenant, close, changed }: { tenant: Tenant; close: () => void; changed: () => void }) {
  const say = useWords();
  return (
    <Dialog title={say("suspendTitle", { name: tenant.name })} close={close}>
      <p>{say("suspendHint")}</p>
      <Form
        label={say("suspend")}
        danger
        cancel={close}
        place={() => "reason"}
        fields={[{ name: "reason", label: say("reason"), hint: say("reasonHint"), required: true }]}
        submit={async ({ reason = "" }) => {
          await ask("POST /operator/v1/tenants/{name}/suspend", { path: { name: tenant.name }, body: { reason } });
          close();
          changed();
        }}
      />
    </Dialog>
  );
}

/** The name must be typed: nothing of it comes back. */
function Remove({ tenant, close }: { tenant: Tenant; close: () => void }) {
  const say = useWords();
  return (
    <Dialog title={say("removeTitle", { name: tenant.name })} close={close}>
      <p>{say("removeTenantHint", { domain: tenant.domain })}</p>
      <Form
        label={say("removeForEver")}
        danger
        cancel={close}
        place={() => "name"}
        fields={[
          {
            name: "name",
            label: say("typeName", { name: tenant.name }),
            required: true,
            ltr: true,
            check: (typed) => (typed.trim() === tenant.name ? undefined : say("typeNameWrong")),
          },
        ]}
        submit={async () => {
          await ask("DELETE /operator/v1/tenants/{name}", { path: { name: tenant.name } });
          go(hrefOf("tenants"));
        }}
      />
    </Dialog>
  );
}

export function TenantPage({ name }: { name: string }) {
  const say = useWords();
  const may = useMay();
  const [window, setWindow] = useState<"suspend" | "remove">();
  const loaded = useLoad(() => ask("GET /operator/v1/tenants/{name}", { path: { name } }), [name]);
  const path = { name };
  const open = async () => {
    await ask("POST /operator/v1/tenants/{name}/open", { path });
    go(hrefOf("site", name));
  };
  const resume = async () => {
    await ask("POST /operator/v1/tenants/{name}/resume", { path });
    loaded.again();
  };
  const close = () => setWindow(undefined);
  return (
    <Page title={name}>
      <Shown of={loaded}>
        {(tenant) => (
          <>
            <Card
              title={say("overview")}
              actions={
                <>
                  {may("POST /operator/v1/tenants/{name}/open") && <Act label={say("openAsOwner")} act={open} />}
                  {tenant.suspended && may("POST /operator/v1/tenants/{name}/resume") && <Act label={say("resume")} act={resume} />}
                  {!tenant.suspended && may("POST /operator/v1/tenants/{name}/suspend") && (
                    <button type="button" class="button" onClick={() => setWindow("suspend")}>
                      {say("suspend")}
                    </button>
                  )}
                  {may("DELETE /operator/v1/tenants/{name}") && (
                    <button type="button" class="button button-danger" onClick={() => setWindow("remove")}>
                      {say("remove")}
                    </button>
                  )}
                </>
              }
            >
              {tenantFacts(tenant, say)}
            </Card>
            {may("GET /operator/v1/tenants/{name}/usage") && <TenantUsage name={name} />}
            {may("GET /operator/v1/tenants/{name}/certificates") && (
              <Certificates
                load={() => ask("GET /operator/v1/tenants/{name}/certificates", { path })}
                renew={
                  may("POST /operator/v1/tenants/{name}/certificates/{domain}/renew")
                    ? (domain) => ask("POST /operator/v1/tenants/{name}/certificates/{domain}/renew", { path: { name, domain } })
                    : undefined
                }
              />
            )}
            {may("PATCH /operator/v1/tenants/{name}") && <Settings tenant={tenant} changed={loaded.again} />}
            {may("GET /operator/v1/audit") && (
              <Card title={say("audit")}>
                <AuditLines tenant={name} />
              </Card>
            )}
            {window === "suspend" && <Suspend tenant={tenant} close={close} changed={loaded.again} />}
            {window === "remove" && <Remove tenant={tenant} close={close} />}
          </>
        )}
      </Shown>
    </Page>
  );
}
