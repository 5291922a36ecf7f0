// Who speaks, by how loud they are: one at a time, and not another for each cough.

export const speakerTimes = { holdMs: 1_500 };
/** Below it is nothing but the room around the microphone. */
const levelMin = 0.01;

export class Speakers {
  /** Id of the member who has spoken last. */
  current: string | null = null;
  private readonly levels = new Map<string, number>();
  private since = -Infinity;

  /** Takes what is heard of each now. True where another speaks. */
  hear(levels: ReadonlyMap<string, number>, now: number): boolean {
    for (const id of this.levels.keys()) if (!levels.has(id)) this.levels.delete(id);
    for (const [id, level] of levels) this.levels.set(id, Math.max(level, (this.levels.get(id) ?? 0) * 0.7));
    if (this.current !== null && !levels.has(this.current)) {
      this.current = null;
      this.since = -Infinity;
    }
    const [loudest, level] = [...this.levels].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0]);
    if (level < levelMin || loudest === this.current || now - this.since < speakerTimes.holdMs) return false;
    [this.current, this.since] = [loudest, now];
    return true;
  }

  isLoud(id: string): boolean {
    return (this.levels.get(id) ?? 0) >= levelMin;
  }
}
