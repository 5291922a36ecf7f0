// The load of a tenant: of its usage, the numbers that an operator compares tenants by.
import type { Schemas } from "../../.cache/api.gen.ts";
import type { LimitName } from "./words.ts";

export interface Load {
  name: string;
  /** Today. */
  messages: number;
  sessions: number;
  archive_bytes: number;
  file_bytes: number;
  /** The limit of which the most is used. */
  fullest?: { name: LimitName; percent: number };
}

export function readLoad(name: string, { limits, periods = [] }: Schemas["Usage"]): Load {
  const today = periods.at(-1);
  const shares = (Object.entries(limits) as [LimitName, Schemas["UsageLine"]][])
    .filter(([, { used, limit }]) => used !== undefined && limit > 0)
    .map(([name, { used = 0, limit }]) => ({ name, percent: Math.floor((100 * used) / limit) }))
    .sort((a, b) => b.percent - a.percent);
  return {
    name,
    messages: today?.messages ?? 0,
    sessions: limits.sessions.used ?? 0,
    archive_bytes: today?.archive_bytes ?? limits.archive_bytes.used ?? 0,
    file_bytes: today?.file_bytes ?? 0,
    fullest: shares[0]?.percent ? shares[0] : undefined,
  };
}

/** The answers in the order of the rows, at most so many asked at once. The first that fails is the failure of all. */
export async function eachOf<T, R>(rows: T[], atOnce: number, act: (row: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(rows.length);
  let next = 0;
  const work = async () => {
    while (next < rows.length) {
      const at = next++;
      results[at] = await act(rows[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, rows.length) }, work));
  return results;
}
