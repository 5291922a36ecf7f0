// The chat server's HTTP side, as far as the widget uses it.
import { pageNow } from "./clock.ts";

export interface Site {
  site: string;
  name: string;
  domain: string;
  rooms: string;
  websocket: string;
  guests: boolean;
  /** The most that its users may do of calls, whatever the page says. */
  calls?: "off" | "audio" | "video";
  /** Guests may begin calls; they may take one in any case. */
  guests_call?: boolean;
  /** None: the site goes without rooms. */
  lobby?: string;
  /** The host that takes files, what the addresses of its files begin with, and the most bytes of one (-1: no limit). None: the site goes
   * without files. */
  upload?: string;
  files?: string;
  file_bytes?: number;
  /** The server's time, and when that was heard (`pageNow`). */
  time?: string;
  heardAt: number;
  notice?: { kind: string; text: string };
}

export interface User {
  id: string;
  jid: string;
  name?: string;
  picture?: string;
}

export interface Address {
  /** As it was asked. */
  of: string;
  /** "user:" and the site's id, "room:" and the room's. */
  party: string;
  jid: string;
  /** Of a user who has been here. */
  name?: string;
  picture?: string;
}

/** What the server answered instead (RFC 9457). `title` and `detail` are sentences for the webmaster. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly code: string,
    readonly retryAfterS: number,
  ) {
    super(detail || title);
  }
}

async function request<T>(url: string, options: RequestInit = {}): Promise<T> {
  const response = await fetch(url, { credentials: "omit", ...options });
  if (response.ok) return (await response.json()) as T;
  const problem = await response.json().catch(() => ({}) as Record<string, string>);
  const title = problem.title ?? `HTTP ${response.status}`;
  throw new Problem(response.status, title, problem.detail ?? "", problem.code ?? "", Number(response.headers.get("retry-after") ?? 0));
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export async function loadSite(origin: string, id: string): Promise<Site> {
  const asked = pageNow();
  const site = await request<Site>(`${origin}/v1/sites/${encodeURIComponent(id)}/widget`);
  return { ...site, heardAt: (asked + pageNow()) / 2 };
}

/** A new guest, or with an old token a fresh one for the same guest. */
export function makeGuest(origin: string, site: string, oldToken?: string): Promise<{ user: string; token: string; expires: number }> {
  const headers = oldToken ? bearer(oldToken) : {};
  return request(`${origin}/v1/sites/${encodeURIComponent(site)}/guests`, { method: "POST", headers });
}

/** Where these are, in the server's normal form, and who is there: see GET /v1/addresses. */
export async function loadAddresses(origin: string, token: string, of: string[]): Promise<Address[]> {
  const query = new URLSearchParams(of.map((each) => ["of", each]));
  const answer = await request<{ addresses: Address[] }>(`${origin}/v1/addresses?${query}`, { headers: bearer(token) });
  return answer.addresses;
}

export function storeName(origin: string, id: string, token: string, name: string): Promise<User> {
  return request(`${origin}/v1/users/${encodeURIComponent(id)}`, {
    method: "PUT",
    headers: bearer(token),
    body: new URLSearchParams({ name }),
  });
}
