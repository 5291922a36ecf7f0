import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Centre } from "../calls/centre.ts";
import type { Chat } from "../chat/chat.ts";
import { Emitter } from "../core/emitter.ts";
import type { Joined } from "./link.ts";
import { CallVisit } from "./visit.ts";

let store = new Map<string, string>();
let answers: { status: number; body: object }[] = [];
let asked: string[] = [];
let lacking: string | null = null;
const place = { hash: "#call.secret", origin: "https://a.test", pathname: "/call" };
class Stream {
  getTracks = () => [];
}
const track = { stop: () => {}, addEventListener: () => {}, getSettings: () => ({}) };
const mediaDevices = {
  getUserMedia: async (wanted: Record<string, unknown>) => {
    if (lacking && wanted[lacking]) throw Object.assign(new Error("none"), { name: "NotFoundError" });
    return { getTracks: () => [track] };
  },
};
Object.assign(globalThis, {
  location: place,
  history: { replaceState: () => (place.hash = "") },
  sessionStorage: { getItem: (key: string) => store.get(key) ?? null, setItem: (key: string, value: string) => store.set(key, value) },
  MediaStream: Stream,
  RTCPeerConnection: class {},
  fetch: async (url: string) => {
    asked.push(url.split("/").at(-1)!);
    const { status, body } = answers.shift()!;
    return { ok: status < 300, status, json: async () => body };
  },
});
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices, locks: {} }, configurable: true });

const other = { user: "jon", jid: "jon@a.test", name: "Jon" };
const opened = { site: "pk_a", title: "A", user: { user: "ida", jid: "ida@a.test", name: "Ida" }, with: other, video: true };
const joined = (is_awaited: boolean): Joined => ({ ...opened, token: "t", is_awaited });

/** As much of a Centre as the page uses. */
class FakeCentre extends Emitter<{ change: void }> {
  incoming: object | null = null;
  current: object | null = null;
  preparing = null;
  left: object | null = null;
  done: string[] = [];
  call = (jid: string, video: boolean): void => void this.done.push(`call ${jid} ${video}`);
  accept = (video: boolean): void => {
    this.incoming = null;
    this.done.push(`accept ${video}`);
  };
  rejoin = (): void => void this.done.push("rejoin");
  ring(jid: string): void {
    this.incoming = { with: jid, over: false };
    this.emit("change", undefined);
  }
  end(by: string, since: number | null): void {
    this.current = { over: true, since, end: { by, reason: "hangup" } };
    this.emit("change", undefined);
  }
}
let centre = new FakeCentre();
const visit = (): CallVisit => new CallVisit({ site: "pk_a", start: async () => ({ chat: {} as Chat, centre: centre as unknown as Centre }) });
const gone = (code: string) => ({ status: 410, body: { code } });

beforeEach(() => {
  store = new Map();
  [answers, asked, lacking, centre] = [[], [], null, new FakeCentre()];
  place.hash = "#call.secret";
});

test("the first waits, takes the call of the other alone, and no more once it has ended", async () => {
  answers = [
    { status: 200, body: opened },
    { status: 201, body: joined(false) },
  ];
  const page = visit();
  await page.open();
  assert.deepEqual([page.at, place.hash], ["ready", ""]);
  await page.enter(true);
  assert.deepEqual([page.at, asked], ["waiting", ["look", "join"]]);
  centre.ring("eve@a.test");
  assert.deepEqual(centre.done, []);
  centre.ring(other.jid);
  assert.deepEqual(centre.done, ["accept true"]);
  centre.end("other", 1);
  assert.equal(page.at, "over");
  centre.ring(other.jid);
  assert.deepEqual(centre.done, ["accept true"]);
});

test("the second calls; where nobody answers it goes on waiting", async () => {
  answers = [
    { status: 200, body: opened },
    { status: 201, body: joined(true) },
  ];
  const page = visit();
  await page.open();
  await page.enter(false);
  assert.deepEqual(centre.done, ["call jon@a.test false"]);
  centre.end("nobody", null);
  assert.equal(page.at, "waiting");
  centre.end("nobody", 1); // the line was lost
  centre.ring(other.jid);
  assert.deepEqual(centre.done.slice(1), ["accept false"]);
});

test("without a camera the link is not used up", async () => {
  answers = [
    { status: 200, body: opened },
    { status: 201, body: joined(false) },
  ];
  lacking = "video";
  const page = visit();
  await page.open();
  await page.enter(true);
  assert.deepEqual([page.at, page.device?.media, page.device?.problem, asked], ["ready", "video", "missing", ["look"]]);
  await page.enter(false);
  assert.deepEqual([page.at, page.device, asked], ["waiting", null, ["look", "join"]]);
});

test("a page that is loaded anew goes on without the link, and takes up the call that it left", async () => {
  answers = [
    { status: 200, body: opened },
    { status: 201, body: joined(false) },
  ];
  const before = visit();
  await before.open();
  await before.enter(true);
  centre = new FakeCentre();
  centre.left = {};
  const page = visit();
  await page.open();
  assert.equal(page.at, "back");
  await page.enter(true);
  assert.deepEqual([centre.done, asked], [["rejoin"], ["look", "join"]]);
});

test("why a link opens nothing, and what may pass", async () => {
  for (const [answer, text, passes] of [
    [gone("link-used"), "used", false],
    [gone("link-expired"), "expired", false],
    [gone("call-over"), "callOver", false],
    [{ status: 404, body: { code: "link-unknown" } }, "unknown", false],
    [{ status: 403, body: { code: "tenant-suspended" } }, "suspended", true],
    [{ status: 403, body: { code: "calls-off" } }, "callsOff", false],
    [{ status: 403, body: { code: "account-disabled" } }, "disabled", false],
    [{ status: 429, body: {} }, "busy", true],
    [{ status: 502, body: {} }, "unreachable", true],
  ] as const) {
    answers = [answer];
    const page = visit();
    await page.open();
    assert.deepEqual([page.at, page.refusal], ["refused", { text, passes }]);
  }
});

test("without a link there is nothing to ask", async () => {
  place.hash = "";
  const page = visit();
  await page.open();
  assert.deepEqual([page.at, page.refusal?.text, asked], ["refused", "unknown", []]);
});
