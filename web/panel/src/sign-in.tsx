// The pages of somebody who has not signed in: the first operator's, by the link that the server prints, and everybody's.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask, Refused } from "./api.ts";
import { type Field, Form } from "./form.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useLoad } from "./session.tsx";
import { useWords } from "./words.ts";

type Panel = Schemas["Panel"];

export function Door({ title, panel, children }: { title: string; panel?: Panel; children: preact.ComponentChildren }) {
  const say = useWords();
  document.title = `${title} – ${panel?.name ?? "Teahouse"}`;
  return (
    <main class="door" id="main">
      <p class="brand">{panel?.name ?? "Teahouse"}</p>
      <div class="card">
        <h1 tabIndex={-1}>{title}</h1>
        {children}
      </div>
      {panel?.support && (
        <p class="hint">
          {say("helpAt")} <a href={`mailto:${panel.support}`}>{panel.support}</a>
        </p>
      )}
    </main>
  );
}

export function SignIn({ panel, then, notice }: { panel?: Panel; then: () => Promise<void>; notice?: string }) {
  const say = useWords();
  const [wantsCode, setWantsCode] = useState(false);
  const offer = useLoad(() => ask("GET /v1/sign-up"), []);
  const fields: Field[] = [
    { name: "email", label: say("email"), type: "email", required: true, autocomplete: "username" },
    { name: "password", label: say("password"), type: "password", required: true, autocomplete: "current-password" },
  ];
  if (wantsCode) fields.push({ name: "code", label: say("code"), hint: say("codeHint"), required: true, ltr: true, autocomplete: "one-time-code" });
  const submit = async ({ email = "", password = "", code }: Record<string, string>) => {
    try {
      await ask("POST /v1/persons/sessions", { body: { email, password, ...(code ? { code } : {}) } });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "code-needed") throw error;
      setWantsCode(true);
      requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>('[name="code"]')?.focus()));
      return;
    }
    await then();
  };
  const place = ({ status }: Refused) => (status === 401 ? (wantsCode ? "code" : "password") : undefined);
  return (
    <Door title={say("signIn")} panel={panel}>
      {notice && <p class="notice">{notice}</p>}
      {panel?.first && <p class="notice">{say("firstHint")}</p>}
      <Form fields={fields} label={wantsCode ? say("continue") : say("signIn")} submit={submit} place={place} />
      {offer.value?.open && (
        <p>
          <Link to={hrefOf("sign-up")}>{say("signUpLink")}</Link>
        </p>
      )}
    </Door>
  );
}

/** The rules of new passwords, and their repetition. */
export function newPassword(say: ReturnType<typeof useWords>, name = "password"): Field[] {
  return [
    {
      name,
      label: say("newPassword"),
      type: "password",
      required: true,
      hint: say("passwordHint"),
      autocomplete: "new-password",
      check: (value) => (new TextEncoder().encode(value).length < 10 ? say("passwordShort") : undefined),
    },
    {
      name: "again",
      label: say("passwordAgain"),
      type: "password",
      required: true,
      autocomplete: "new-password",
      check: (value, all) => (value === all[name] ? undefined : say("passwordDiffers")),
    },
  ];
}

// The token leaves the address at once, and is in no request but one's own.
const firstToken = location.pathname === hrefOf("first") ? location.hash.slice(1) : "";
if (firstToken) history.replaceState(history.state, "", location.pathname);

export function First({ panel, then }: { panel?: Panel; then: () => Promise<void> }) {
  const say = useWords();
  const submit = async ({ email = "", name = "", password = "" }: Record<string, string>) => {
    await ask("POST /v1/persons/first", { body: { token: firstToken, email, name, password } });
    await then();
    go(hrefOf());
  };
  if (!firstToken) {
    return (
      <Door title={say("firstTitle")} panel={panel}>
        <p class="notice">{say("firstNoLink")}</p>
      </Door>
    );
  }
  return (
    <Door title={say("firstTitle")} panel={panel}>
      <p class="lead">{say("firstLead")}</p>
      <Form
        label={say("firstMake")}
        submit={submit}
        fields={[
          { name: "email", label: say("email"), type: "email", required: true, autocomplete: "username" },
          { name: "name", label: say("yourName"), autocomplete: "name" },
          ...newPassword(say),
        ]}
      />
    </Door>
  );
}
