// teahouse-push.js: the service worker that shows a notification when a push comes, while no page with the chat is open. A site's owner puts
// it beside the site's pages, since browsers take a worker from the page's own origin alone. It stands by itself, controls no page, loads
// nothing, and asks nobody. What it shows was encrypted for this browser (RFC 8291); it is text, and never HTML.

interface Told {
  kind?: unknown;
  tag?: unknown;
  count?: unknown;
  with?: unknown;
  site?: unknown;
  name?: unknown;
  text?: unknown;
}
interface WindowClient {
  url: string;
  focus(): Promise<WindowClient>;
  postMessage(data: unknown): void;
}
interface WorkerEvent extends Event {
  data?: { json(): unknown } | null;
  notification: Notification;
  waitUntil(work: Promise<unknown>): void;
}
interface Worker {
  registration: ServiceWorkerRegistration;
  location: Location;
  clients: { matchAll(options: object): Promise<WindowClient[]>; openWindow(url: string): Promise<unknown>; claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
const worker = self as unknown as Worker;

const words = {
  en: {
    one: "You have a new message",
    many: "You have {n} new messages",
    mention: "You were mentioned in a room",
    call: "Somebody is calling you",
    test: "Notifications work here.",
  },
  zh: { one: "您有一条新消息", many: "您有 {n} 条新消息", mention: "有人在房间里提到了您", call: "有人在呼叫您", test: "此设备可以收到通知。" },
};
const { one, many, mention, call, test } = /^zh\b/i.test(navigator.language) ? words.zh : words.en;

const text = (value: unknown, charactersMax = 300): string => (typeof value === "string" ? value.slice(0, charactersMax) : "");

function say(told: Told): string {
  if (told.kind === "test") return test;
  if (told.text) return text(told.text);
  if (told.kind === "mention") return mention;
  if (told.kind === "call") return call;
  const count = Number(told.count);
  return count > 1 ? many.replace("{n}", String(count)) : one;
}

function show(event: WorkerEvent): Promise<void> {
  let told: Told = {};
  try {
    const read = event.data?.json();
    if (typeof read === "object" && read !== null) told = read;
  } catch {
    // Not ours: a browser wants to see a notification for each push all the same.
  }
  const title = [text(told.name, 100), text(told.site, 100)].filter(Boolean).join(" · ");
  return worker.registration.showNotification(title || worker.location.hostname, {
    body: say(told),
    tag: text(told.tag) || "teahouse",
    data: { with: text(told.with) },
  });
}

/** The page that the user was on when the switch was turned; of this origin, whatever the address says. */
function findPage(): URL {
  const { origin, href } = worker.location;
  const asked = new URL(href).searchParams.get("page") ?? "/";
  const page = new URL(asked, origin);
  return page.origin === origin ? page : new URL("/", origin);
}

async function open(party: string): Promise<void> {
  const [page] = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (page) {
    page.postMessage({ teahouse: "open", with: party });
    await page.focus();
  } else {
    const url = findPage();
    url.hash = `teahouse=${encodeURIComponent(party)}`;
    await worker.clients.openWindow(url.href);
  }
}

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("push", (event) => event.waitUntil(show(event)));
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { with: party } = (event.notification.data ?? {}) as { with?: unknown };
  event.waitUntil(open(text(party)));
});

export {};
