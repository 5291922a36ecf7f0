// How long to wait before the next attempt to connect: doubling, capped, with full jitter, so that the browsers of a whole site do not
// come back to a restarted server in the same second.
const firstWaitMs = 1_000;
const waitMsMax = 30_000;

export class Backoff {
  private attempts = 0;
  constructor(private readonly random: () => number = Math.random) {}

  nextMs(): number {
    const ceiling = Math.min(waitMsMax, firstWaitMs * 2 ** this.attempts++);
    return Math.round(ceiling * (0.25 + 0.75 * this.random()));
  }

  get failures(): number {
    return this.attempts;
  }

  reset(): void {
    this.attempts = 0;
  }
}
