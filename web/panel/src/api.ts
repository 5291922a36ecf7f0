// Calls of the server's API, as the person who has signed in: the browser adds their session, which no script can read (a cookie), and the
// header that says that it is this page who asks.
import type { Calls } from "../../.cache/api.gen.ts";

export type Call = keyof Calls;
export type Answer<C extends Call> = Calls[C]["answer"];

/** The server's refusal: `message` says what was wrong and what to do; `status` 0: it was not reached. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly retryAfterS = 0,
  ) {
    super(detail);
  }
}

export interface Asking<C extends Call> {
  path?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: Calls[C]["body"];
  /** The tenant that is meant, where the call is one of a tenant's. */
  tenant?: string;
}

let onSignedOut = () => {};
/** Called when the server does not know the session any more. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

function urlOf(path: string, captures: Record<string, string>, query: Asking<Call>["query"]): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(captures[name] ?? ""));
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return search ? `${filled}?${search}` : filled;
}

async function refusalOf(response: Response): Promise<Refused> {
  const problem = await response.json().catch(() => ({}));
  return new Refused(response.status, problem.code ?? "", problem.detail ?? response.statusText, Number(response.headers.get("Retry-After") ?? 0));
}

/** The request alone, with the header by which the session's cookie counts. Throws what was not reached. */
export async function request<C extends Call>(call: C, { path = {}, query, body, tenant }: Asking<C>, accept: string): Promise<Response> {
  const [method = "GET", pattern = ""] = call.split(" ");
  const headers: Record<string, string> = { "Teahouse-Panel": "1", Accept: accept };
  if (tenant) headers["Teahouse-Tenant"] = tenant;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const options = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  return fetch(urlOf(pattern, path, query), options).catch(() => {
    throw new Refused(0, "unreachable", "");
  });
}

/** What an answer that is not good says. Where the session is not known any more, all of the panel is told. */
export async function refuse(call: Call, response: Response): Promise<Refused> {
  const refused = await refusalOf(response);
  if (refused.status === 401 && refused.code !== "code-needed" && !call.includes(" /v1/persons/sessions")) onSignedOut();
  return refused;
}

export async function ask<C extends Call>(call: C, asking: Asking<C> = {}): Promise<Answer<C>> {
  const response = await request(call, asking, "application/json");
  if (!response.ok) throw await refuse(call, response);
  return response.status === 204 ? undefined : response.json();
}
