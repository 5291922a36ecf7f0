// The person who has signed in, and the calls that the server lets them make: nothing else decides what is shown.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask, type Call, Refused } from "./api.ts";

export type Person = Schemas["Person"];
export type Open = ReadonlySet<string>;

export interface Session {
  person: Person;
  /** The calls of the server that the person's roles open. */
  open: Open;
  /** Looks again who it is, after a change of theirs. */
  refresh(): Promise<void>;
  signOut(): Promise<void>;
}

export const SessionContext = createContext<Session | null>(null);
export function useSession(): Session {
  return useContext(SessionContext) as Session;
}

/** A site, as those who look after it see it. */
export interface Site {
  name: string;
  open: Open;
}
export const SiteContext = createContext<Site | null>(null);
export function useSite(): Site {
  return useContext(SiteContext) as Site;
}

/** Does the server let this person make the call here: at the site, where there is one? */
export function useMay(): (call: Call) => boolean {
  const session = useContext(SessionContext);
  const site = useContext(SiteContext);
  return (call) => (site?.open.has(call) || session?.open.has(call)) ?? false;
}

export async function loadOpen(tenant?: string): Promise<Open> {
  return new Set((await ask("GET /v1/persons/me/calls", { tenant })).calls);
}

export interface Loaded<T> {
  value?: T;
  error?: Refused;
  again(): void;
}

/** What a question was answered with; asked again when what it depends on changes. A late answer to an older question is dropped. */
export function useLoad<T>(question: () => Promise<T>, depends: unknown[]): Loaded<T> {
  const [state, setState] = useState<{ value?: T; error?: Refused }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    question().then(
      (value) => isWanted && setState({ value }),
      (error) => isWanted && setState({ error: error instanceof Refused ? error : new Refused(0, "failed", String(error)) }),
    );
    return () => {
      isWanted = false;
    };
  }, [...depends, turn]);
  return { ...state, again: () => setTurn((now) => now + 1) };
}
