// Notifications while no page is open: the user's switch, and what it does in the browser and on the server.
import { hasFields, isBoolean, isString, type Check } from "../core/check.ts";
import { nameBrowser } from "../core/device.ts";
import type { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { findRegistration, findWorkers, scopeOf } from "../core/registration.ts";
import type { Storage } from "../core/storage.ts";
import { attribute, child, el } from "../core/xml.ts";

/** `denied`: the user, or the browser, allows this site no notifications: only the browser's own settings can change that. */
export type PushState = "off" | "on" | "denied";

interface Kept {
  id: string;
  /** Notifications show who said what. */
  text: boolean;
}
const isKept: Check<Kept> = hasFields<Kept>({ id: isString, text: isBoolean });

function decode(base64url: string): Uint8Array<ArrayBuffer> {
  const bytes = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(bytes, (c) => c.charCodeAt(0));
}

function equal(one: ArrayBuffer | null, two: Uint8Array): boolean {
  const bytes = one && new Uint8Array(one);
  return bytes?.length === two.length && bytes.every((byte, i) => byte === two[i]);
}

/** The user logs out: the server hears it while it can, since what the browser still has to do may be cut off by the next page. */
export function leave(link: Link, storage: Storage): void {
  const kept = storage.get("push", isKept);
  if (kept) void link.iq("set", undefined, el("unsubscribe", { xmlns: ns.push, id: kept.id })).catch(() => {});
}

export class Push {
  constructor(
    private readonly link: Link,
    private readonly storage: Storage,
    /** The worker's address, of the page's own origin. */
    private readonly script: string,
  ) {}

  get isPossible(): boolean {
    return findWorkers() !== null;
  }

  get showsText(): boolean {
    return this.storage.get("push", isKept)?.text ?? false;
  }

  async state(): Promise<PushState> {
    if (Notification.permission === "denied") return "denied";
    const subscription = await (await findRegistration(this.script))?.pushManager.getSubscription();
    return subscription && this.storage.get("push", isKept) ? "on" : "off";
  }

  /** REQUIRES: the user has just clicked: only then may a page ask for the permission. */
  async turnOn(text: boolean): Promise<PushState> {
    if ((await Notification.requestPermission()) !== "granted") return Notification.permission === "denied" ? "denied" : "off";
    const answer = await this.link.iq("get", undefined, el("push", { xmlns: ns.push }));
    const subscription = await this.subscribe(decode(attribute(answer && child(answer, ns.push, "push"), "key")));
    const { endpoint, keys } = subscription.toJSON();
    const wanted = { xmlns: ns.push, endpoint, p256dh: keys?.p256dh, auth: keys?.auth, name: nameBrowser(navigator.userAgent), text: String(text) };
    const added = child(await this.link.iq("set", undefined, el("subscribe", wanted)), ns.push, "subscribed");
    this.storage.set("push", { id: attribute(child(added, ns.push, "device"), "id"), text });
    return "on";
  }

  async turnOff(): Promise<PushState> {
    const kept = this.storage.get("push", isKept);
    this.storage.remove("push");
    await (await (await findRegistration(this.script))?.pushManager.getSubscription())?.unsubscribe();
    // Where the server can't be told now, the push service tells it with the next push.
    if (kept) await this.link.iq("set", undefined, el("unsubscribe", { xmlns: ns.push, id: kept.id })).catch(() => {});
    return "off";
  }

  /** A subscription of somebody who was here before is not this user's. */
  async leaveOthers(): Promise<void> {
    if (this.storage.get("push", isKept)) return;
    await (await (await findRegistration(this.script))?.pushManager.getSubscription())?.unsubscribe();
  }

  private async subscribe(key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
    const page = encodeURIComponent(location.pathname + location.search);
    const registration = await findWorkers()!.register(`${this.script}?page=${page}`, { scope: scopeOf(this.script) });
    await isActive(registration);
    const old = await registration.pushManager.getSubscription();
    if (old && equal(old.options.applicationServerKey, key)) return old;
    await old?.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }
}

/** No page lies in its scope, so that the browser's `ready` never comes. */
async function isActive(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active || !worker) return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("The worker of notifications could not be started."));
    });
  });
}
