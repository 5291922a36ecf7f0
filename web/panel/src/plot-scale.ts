// The arithmetic of plots: which number stands at the top, and whether a limit is near enough to be a line.

/** The first round number that is not below this one: a digit times a power of ten, of bytes as they are said in KB, MB and so on. */
export function roundUp(n: number, isBytes: boolean): number {
  if (n <= 1) return 1;
  const unit = isBytes ? 1024 ** Math.floor(Math.log(n) / Math.log(1024)) : 1;
  const value = n / unit;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value) ?? 10;
  return step * power * unit;
}

export interface Scale {
  top: number;
  /** How high the limit's line is, of 1; none where it would leave the bars too low to be seen, or where there is no limit. */
  line?: number;
}

const farTimes = 4;

export function scaleOf(values: number[], limit: number | undefined, isBytes: boolean): Scale {
  const most = Math.max(0, ...values);
  const isNear = limit !== undefined && limit > 0 && limit <= farTimes * most;
  const top = roundUp(Math.max(most, isNear ? limit : 0), isBytes);
  return isNear ? { top, line: limit / top } : { top };
}

export type Level = "high" | "full" | undefined;

/** The warning that a use of a limit is worth: from 80 percent on, and at all of it. */
export function levelOf(used: number, limit: number): Level {
  if (limit < 0) return undefined;
  if (used >= limit) return used > 0 ? "full" : undefined;
  return used >= 0.8 * limit ? "high" : undefined;
}

/** The place of a point of 0..count-1 that a key moves to; undefined for a key that moves nothing. Time goes from left to right in every language. */
export function movedTo(key: string, at: number, count: number): number | undefined {
  const moves = new Map([
    ["ArrowLeft", at - 1],
    ["ArrowDown", at - 1],
    ["ArrowRight", at + 1],
    ["ArrowUp", at + 1],
    ["PageDown", at - 7],
    ["PageUp", at + 7],
    ["Home", 0],
    ["End", count - 1],
  ]);
  const wanted = moves.get(key);
  return wanted === undefined ? undefined : Math.min(count - 1, Math.max(0, wanted));
}
