// The debugger of site tokens: what a page gives to the chat is pasted here, and each step of its check says what is wrong with it.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Card, Facts, Page, Tag } from "./parts.tsx";
import { useLoad, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

type Checked = Schemas["CheckedToken"];

function Steps({ of }: { of: Checked }) {
  const say = useWords();
  const facts: [string, string][] = [];
  if (of.user !== undefined) facts.push([say("userId"), of.user]);
  if (of.expires !== undefined) facts.push([say("expires"), say.time(new Date(of.expires * 1000).toISOString())]);
  if (of.secret) facts.push([say("signingSecret"), say(`tokenSecret_${of.secret}`)]);
  return (
    <Card title={say("tokenResult")}>
      <p class={of.good ? "good-news" : "form-error"}>{say(of.good ? "tokenGood" : "tokenBad")}</p>
      <ol class="checks">
        {of.steps.map(({ step, state, told, known }) => (
          <li key={step} data-state={state}>
            <strong>{say(`token_${step}`)}</strong>{" "}
            <Tag kind={state === "good" ? "good" : state === "wrong" ? "bad" : "plain"}>{say(`check_${state}`)}</Tag>
            {told && <p dir="auto">{told}</p>}
            {step === "account" && known === false && <p class="hint">{say("tokenNewAccount")}</p>}
          </li>
        ))}
      </ol>
      {facts.length > 0 && <Facts rows={facts} />}
    </Card>
  );
}

export function Tokens() {
  const say = useWords();
  const { name: tenant } = useSite();
  const [checked, setChecked] = useState<Checked>();
  const site = useLoad(() => ask("GET /v1/tenant", { tenant }), [tenant]);
  const origins = site.value?.origins ?? [];
  return (
    <Page title={say("tokens")}>
      <Card>
        <p class="lead">{say("tokensHint")}</p>
        <Form
          label={say("tokenCheck")}
          place={({ message }) => (/origin/i.test(message) ? "origin" : "token")}
          fields={[
            { name: "token", label: say("token"), hint: say("tokenHint"), type: "lines", required: true, ltr: true },
            { name: "origin", label: say("tokenOrigin"), hint: say("tokenOriginHint", { origin: origins[0] ?? "https://shop.example" }), ltr: true },
          ]}
          submit={async ({ token, origin }) => {
            setChecked(undefined);
            setChecked(await ask("POST /v1/tokens/check", { tenant, body: { token: token ?? "", ...(origin && { origin }) } }));
          }}
        />
      </Card>
      <div aria-live="polite">{checked && <Steps of={checked} />}</div>
    </Page>
  );
}
