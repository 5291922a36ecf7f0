// The keys of a site: the pages that may use the chat, API keys, the signing secret.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Card, Dialog, Page, Secret, Shown, Table } from "./parts.tsx";
import { useLoad, useMay, useSite } from "./session.tsx";
import { linesOf } from "./tenants.tsx";
import { useWords } from "./words.ts";

function Origins() {
  const say = useWords();
  const { name: tenant } = useSite();
  const loaded = useLoad(() => ask("GET /v1/tenant", { tenant }), [tenant]);
  return (
    <Card title={say("origins")}>
      <Shown of={loaded}>
        {({ origins }) => (
          <Form
            label={say("save")}
            done={say("saved")}
            place={() => "origins"}
            fields={[{ name: "origins", label: say("originsLabel"), type: "lines", hint: say("originsHint"), ltr: true, value: origins.join("\n") }]}
            submit={({ origins: lines = "" }) => ask("PATCH /v1/tenant", { tenant, body: { origins: linesOf(lines) } })}
          />
        )}
      </Shown>
    </Card>
  );
}

export function Keys() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [secret, setSecret] = useState<{ label: string; text: string }>();
  const [revoked, setRevoked] = useState<Schemas["Key"]>();
  const [isRotating, setRotating] = useState(false);
  const keys = useLoad(() => ask("GET /v1/keys", { tenant }), [tenant]);
  const rotate = async () => {
    const { signing_secret } = await ask("POST /v1/signing-secrets", { tenant });
    setRotating(false);
    setSecret({ label: say("signingSecret"), text: signing_secret });
  };
  return (
    <Page title={say("keys")}>
      {may("PATCH /v1/tenant") && <Origins />}
      <Card title={say("apiKeys")}>
        <p class="hint">{say("apiKeysHint")}</p>
        <Shown of={keys}>
          {(value) => (
            <Table
              label={say("apiKeys")}
              rows={value.keys}
              keyOf={({ id }) => id}
              empty={say("keysNone")}
              columns={[
                { label: say("key"), show: ({ hint }) => <code dir="ltr">{hint}</code> },
                { label: say("keyLabel"), show: ({ label }) => label || "–" },
                { label: say("created"), show: ({ created }) => say.date(created) },
                { label: say("sessionUsed"), show: ({ last_used }) => (last_used ? say.time(last_used) : "–") },
                {
                  label: say("actions"),
                  show: (key) => (
                    <button type="button" class="button button-small" onClick={() => setRevoked(key)}>
                      {say("revoke")}
                    </button>
                  ),
                },
              ]}
            />
          )}
        </Shown>
        {may("POST /v1/keys") && (
          <Form
            label={say("keyNew")}
            place={() => "label"}
            fields={[{ name: "label", label: say("keyLabel"), hint: say("keyLabelHint") }]}
            submit={async ({ label }) => {
              const { api_key } = await ask("POST /v1/keys", { tenant, body: { label } });
              setSecret({ label: say("apiKey"), text: api_key });
              keys.again();
            }}
          />
        )}
      </Card>
      {may("POST /v1/signing-secrets") && (
        <Card title={say("signingSecret")}>
          <p class="hint">{say("signingSecretHint")}</p>
          <div class="buttons">
            <button type="button" class="button" onClick={() => setRotating(true)}>
              {say("secretNew")}
            </button>
          </div>
        </Card>
      )}
      {isRotating && (
        <Dialog title={say("secretNew")} close={() => setRotating(false)}>
          <p>{say("secretNewHint")}</p>
          <Form label={say("secretNew")} fields={[]} submit={rotate} cancel={() => setRotating(false)} />
        </Dialog>
      )}
      {revoked && (
        <Dialog title={say("revokeTitle", { hint: revoked.hint })} close={() => setRevoked(undefined)}>
          <p>{say("revokeHint")}</p>
          <Form
            label={say("revoke")}
            danger
            fields={[]}
            cancel={() => setRevoked(undefined)}
            submit={async () => {
              await ask("DELETE /v1/keys/{id}", { tenant, path: { id: String(revoked.id) } });
              setRevoked(undefined);
              keys.again();
            }}
          />
        </Dialog>
      )}
      {secret && (
        <Dialog title={secret.label} close={() => setSecret(undefined)}>
          <p class="notice">{say("shownOnce")}</p>
          <Secret {...secret} />
          <div class="buttons">
            <button type="button" class="button button-main" onClick={() => setSecret(undefined)}>
              {say("kept")}
            </button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}
