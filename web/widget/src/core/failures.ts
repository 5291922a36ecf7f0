// Why streams end, and what is to be done then: `judge` is the whole of that, and knows of no socket and no clock.

export type StopReason = "signed-out" | "disabled" | "replaced" | "refused" | "busy";

/** The stream has ended. `condition` is the server's element behind where it stood ("stream:conflict"), or a word of ours; the message is for people. */
export class StreamFailure extends Error {
  constructor(
    readonly condition: string,
    detail = "",
  ) {
    super(detail || condition);
  }
}

/** Thrown by `credentials`: trying again is of use after this time, or where there is none, not at all. */
export class CredentialsError extends Error {
  constructor(
    readonly reason: StopReason,
    detail: string,
    readonly retryAfterMs?: number,
  ) {
    super(detail);
  }
}

export interface Verdict {
  /** Trying again is no use, for this reason. */
  stop?: StopReason;
  /** The next attempt needs another token. */
  refused?: boolean;
  /** The session is not to be resumed. */
  forget?: boolean;
  /** The server wants to hear less of us. */
  busy?: boolean;
  /** How long to wait, where it was said. */
  waitMs?: number;
}

const verdicts: Record<string, Verdict> = {
  "sasl:account-disabled": { stop: "disabled" },
  "stream:account-disabled": { stop: "disabled" },
  "stream:conflict": { stop: "replaced", forget: true },
  "sasl:not-authorized": { refused: true },
  "sasl:credentials-expired": { refused: true },
  "sasl:malformed-request": { refused: true },
  // What was sent may be the reason: it is not repeated in a resumed session.
  "stream:policy-violation": { forget: true, busy: true },
  "stream:not-well-formed": { forget: true },
  "stream:invalid-xml": { forget: true },
};

/** Whether a login by the token that the server gave this browser failed for that token: others may succeed. */
export function isTokenRefused(error: unknown): boolean {
  if (!(error instanceof StreamFailure)) return false;
  const { condition } = error;
  if (condition === "sasl:account-disabled" || condition === "sasl:temporary-auth-failure") return false;
  return condition.startsWith("sasl:") || condition === "unproved";
}

/** `refusedBefore`: the last token was refused too. */
export function judge(error: Error, refusedBefore: boolean): Verdict {
  if (error instanceof CredentialsError) {
    return error.retryAfterMs === undefined ? { stop: error.reason } : { busy: true, waitMs: error.retryAfterMs };
  }
  const condition = error instanceof StreamFailure ? error.condition : "";
  const verdict = verdicts[condition] ?? { busy: condition.endsWith("resource-constraint") };
  return verdict.refused && refusedBefore ? { stop: "signed-out" } : verdict;
}
