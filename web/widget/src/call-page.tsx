// The page that the link of an arranged call opens, served by the server itself (src/modules/jingle/call_page.cc): the widget's call alone.
import { render } from "preact";
import type { Centre } from "./calls/centre.ts";
import { startCentre } from "./calls/start.tsx";
import { startChat } from "./core.ts";
import { loadSite } from "./core/api.ts";
import { Storages } from "./core/storage.ts";
import type { Chat } from "./chat/chat.ts";
import type { Joined } from "./call-page/link.ts";
import { CallPage } from "./call-page/page.tsx";
import pageCss from "./call-page/page.css";
import { CallVisit } from "./call-page/visit.ts";
import baseCss from "./loader/bubble.css";
import type { Settings } from "./loader/settings.ts";
import type { Shell } from "./loader/shell.ts";
import { addStyles } from "./loader/styles.ts";
import { chooseLanguage } from "./strings/table.ts";

const language = chooseLanguage(document.documentElement.lang === "en" ? navigator.language || "en" : document.documentElement.lang);
const site = document.body.dataset.site ?? "";
const host = document.createElement("teahouse-chat");
const shadow = host.attachShadow({ mode: "open" });
const root = document.createElement("div");

/** What the user of this tab is told of it is nobody else's of this browser. */
const storages = new Storages();
const open: Storages["open"] = (kind, scope) => storages.open("session", `${scope}:${kind}`);

function makeSettings({ token, with: other, video }: Joined): Settings {
  const { origin } = location;
  return {
    origin,
    base: `${origin}/`,
    site,
    token,
    to: other.user,
    calls: video ? "video" : "audio",
    tone: false,
    mode: "page",
    theme: "auto",
    language,
  };
}

/** Ends when there is a session, or throws why there is none. */
function settle(chat: Chat): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = ({ phase }: { phase: string }): void => {
      if (phase === "online") resolve();
      else if (phase === "stopped") reject(new Error("There is no session."));
    };
    chat.on("status", look);
    look(chat.link.status);
  });
}

async function start(joined: Joined): Promise<{ chat: Chat; centre: Centre }> {
  const settings = makeSettings(joined);
  const socket = `${location.origin.replace(/^http/, "ws")}/xmpp`; // this server, by the name that the link has
  const known = { ...(await loadSite(location.origin, site)), websocket: socket };
  const chat = await startChat(settings, known, open, new Set());
  const nothing = (): void => {};
  const shell: Shell = {
    ...{ settings, language, root, shadow, chat, site: known, isOpen: true, entered: true },
    ...{ listen: () => nothing, close: nothing, retry: nothing, tell: nothing },
  };
  const centre = startCentre(chat, shell, () => Promise.reject(new Error("An arranged call is one of two.")));
  chat.calling.load = () => Promise.resolve(centre);
  chat.calling.wake();
  await settle(chat);
  chat.people.want(joined.with.jid);
  return { chat, centre };
}

function show(): void {
  host.dataset.mode = root.dataset.mode = "page";
  root.className = "root";
  for (const element of [document.documentElement, host, root]) {
    element.lang = language.locale;
    element.dir = language.dir;
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = (): void => {
    root.dataset.theme = dark.matches ? "dark" : "light";
  };
  paint();
  dark.addEventListener("change", paint);
  addStyles(shadow, baseCss);
  addStyles(shadow, pageCss);
  const place = document.createElement("div");
  root.append(place);
  shadow.append(root);
  document.body.append(host);
  const visit = new CallVisit({ site, start });
  render(<CallPage visit={visit} language={language} />, place);
  addEventListener("hashchange", () => location.reload()); // another link, in the same tab
  void visit.open();
}

show();
