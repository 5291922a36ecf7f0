// The code that a site's owner pastes, in the forms of what sites are made with, and how the chat looks with it.
import { useState } from "preact/hooks";
import { ask } from "./api.ts";
import { Card, Code, Page, Shown } from "./parts.tsx";
import { hrefOf, Link } from "./route.tsx";
import { useLoad, useSite } from "./session.tsx";
import { type Form, forms, type Look, policyOf, write } from "./snippets.ts";
import { useWords } from "./words.ts";

type Set = <K extends keyof Look>(key: K, value: Look[K]) => void;

function Choices({ look, set, form, setForm }: { look: Look; set: Set; form: Form; setForm: (form: Form) => void }) {
  const say = useWords();
  const select = <K extends keyof Look>(key: K, label: string, options: [Look[K], string][]) => (
    <label>
      <span>{label}</span>
      <select value={look[key] as string} onChange={(event) => set(key, event.currentTarget.value as Look[K])}>
        {options.map(([value, text]) => (
          <option key={value as string} value={value as string}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div class="filters">
      <label>
        <span>{say("embedForm")}</span>
        <select value={form} onChange={(event) => setForm(event.currentTarget.value as Form)}>
          {forms.map((each) => (
            <option key={each} value={each}>
              {say(`embed_${each}`)}
            </option>
          ))}
        </select>
      </label>
      {select("mode", say("embedMode"), [
        ["bubble", say("mode_bubble")],
        ["inline", say("mode_inline")],
        ["page", say("mode_page")],
      ])}
      {select("theme", say("theme"), [
        ["auto", say("theme_auto")],
        ["light", say("theme_light")],
        ["dark", say("theme_dark")],
      ])}
      {select("lang", say("language"), [
        ["", say("lang_page")],
        ["en", "English"],
        ["zh", "中文"],
      ])}
      {select("calls", say("calls"), [
        ["off", say("off")],
        ["audio", say("calls_audio")],
        ["video", say("calls_video")],
      ])}
      {look.calls !== "off" &&
        select("tone", say("embedTone"), [
          ["on", say("on")],
          ["off", say("off")],
        ])}
      <label>
        <span>{say("embedRoom")}</span>
        <input
          type="text"
          dir="ltr"
          value={look.room}
          maxLength={100}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onChange={(event) => set("room", event.currentTarget.value)}
        />
      </label>
      <label class="filter-switch">
        <input type="checkbox" checked={look.push} onChange={(event) => set("push", event.currentTarget.checked)} />
        <span>{say("embedPush")}</span>
      </label>
      <label class="filter-switch">
        <input type="checkbox" checked={look.users} onChange={(event) => set("users", event.currentTarget.checked)} />
        <span>{say("embedUsers")}</span>
      </label>
    </div>
  );
}

/** The frame's page is the server's own: preview.ts draws the chat in it. */
function Preview({ site, look }: { site: string; look: Look }) {
  const say = useWords();
  const { mode, theme, lang, calls, room } = look;
  const query = new URLSearchParams({ site, mode, theme, lang, calls, room: room.trim() }).toString();
  return (
    <Card title={say("preview")}>
      <p class="hint">{say("previewHint")}</p>
      <iframe key={query} class="preview" title={say("preview")} src={`/panel/preview.html?${query}`} />
    </Card>
  );
}

export function Embed() {
  const say = useWords();
  const { name } = useSite();
  const [form, setForm] = useState<Form>("html");
  const [look, setLook] = useState<Look>({ mode: "bubble", theme: "auto", lang: "", calls: "off", tone: "on", room: "", push: false, users: false });
  const tenant = useLoad(() => ask("GET /v1/tenant", { tenant: name }), [name]);
  const panel = useLoad(() => ask("GET /v1/panel"), []);
  const set: Set = (key, value) => setLook((now) => ({ ...now, [key]: value }));
  return (
    <Page title={say("embed")}>
      <Shown of={tenant}>
        {({ site, origins }) => (
          <Shown of={panel}>
            {({ origin }) => (
              <>
                {origins.length === 0 && (
                  <p class="notice">
                    {say("embedNoOrigins")} <Link to={hrefOf("site", name, "keys")}>{say("stepToOrigins")}</Link>
                  </p>
                )}
                <Card>
                  <Choices look={look} set={set} form={form} setForm={setForm} />
                  <p>{say(`embed_${form}_hint`)}</p>
                  {look.users && <p class="hint">{say("embedUsersHint")}</p>}
                  {look.push && <p class="hint">{say("embedPushHint", { url: `${origin}/w/teahouse-push.js` })}</p>}
                  <Code label={say("embed")} text={write(form, origin, site, look)} />
                  <details>
                    <summary>{say("embedPolicy")}</summary>
                    <Code label={say("embedPolicy")} text={policyOf(origin, look)} />
                  </details>
                </Card>
                <Preview site={site} look={look} />
              </>
            )}
          </Shown>
        )}
      </Shown>
    </Page>
  );
}
