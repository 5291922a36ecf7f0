// How good the line is, from what the browser counts, and what is wrong with it when it is not.

export type Trouble = "slow" | "lossy" | "weak" | "silent";
export interface Quality {
  /** 0 (nothing comes) to 3. */
  bars: 0 | 1 | 2 | 3;
  trouble?: Trouble;
}

/** Counts of one moment, of both directions together. */
export interface Counts {
  received: number;
  lost: number;
  bytes: number;
  /** Of what we sent, the part that the other side missed. */
  lostThere: number;
  roundTripS: number;
  jitterS: number;
  /** The browser sends smaller pictures than it could: the way out is narrow. */
  narrow: boolean;
}

interface Stat {
  type: string;
  [name: string]: unknown;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

export function readCounts(report: Iterable<Stat>): Counts {
  const counts: Counts = { received: 0, lost: 0, bytes: 0, lostThere: 0, roundTripS: 0, jitterS: 0, narrow: false };
  for (const stat of report) {
    if (stat.type === "inbound-rtp") {
      counts.received += number(stat.packetsReceived);
      counts.lost += number(stat.packetsLost);
      counts.bytes += number(stat.bytesReceived);
      counts.jitterS = Math.max(counts.jitterS, number(stat.jitter));
    } else if (stat.type === "remote-inbound-rtp") {
      counts.lostThere = Math.max(counts.lostThere, number(stat.fractionLost));
      counts.roundTripS = Math.max(counts.roundTripS, number(stat.roundTripTime));
    } else if (stat.type === "candidate-pair" && stat.nominated === true) {
      counts.roundTripS = Math.max(counts.roundTripS, number(stat.currentRoundTripTime));
    } else if (stat.type === "outbound-rtp" && stat.qualityLimitationReason === "bandwidth") counts.narrow = true;
  }
  return counts;
}

/** What has happened between two moments. `expected`: the other side says that it sends. */
export function judge(before: Counts, now: Counts, expected = true): Quality {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  if (expected && received <= 0) return { bars: 0, trouble: "silent" };
  const loss = Math.max(received + lost > 0 ? lost / (received + lost) : 0, now.lostThere);
  if (loss > 0.1) return { bars: 1, trouble: "lossy" };
  if (now.roundTripS > 0.8) return { bars: 1, trouble: "slow" };
  if (loss > 0.03) return { bars: 2, trouble: "lossy" };
  if (now.roundTripS > 0.4) return { bars: 2, trouble: "slow" };
  if (now.narrow || now.jitterS > 0.08) return { bars: 2, trouble: "weak" };
  return { bars: 3 };
}
