// What is heard while it rings: made here, as no file of the page's need be loaded for it. Silent where the browser wants a click first.

export class Tone {
  private context: AudioContext | null = null;
  private timer = 0;

  /** `here`: the ring of a call that came; else what a caller hears. */
  start(here: boolean): void {
    this.stop();
    try {
      this.context = new AudioContext();
    } catch {
      return; // no sound on this machine
    }
    const ring = (): void => (here ? [0, 0.45] : [0]).forEach((at) => this.beep(at, here ? [659, 784] : [425], here ? 0.3 : 1));
    void this.context.resume().then(ring, () => {});
    this.timer = setInterval(ring, here ? 2_400 : 4_000) as unknown as number;
  }

  stop(): void {
    clearInterval(this.timer);
    void this.context?.close();
    this.context = null;
  }

  private beep(at: number, frequencies: number[], lengthS: number): void {
    const { context } = this;
    if (context?.state !== "running") return;
    const begin = context.currentTime + at;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(0.12, begin + 0.03);
    gain.gain.setValueAtTime(0.12, begin + lengthS - 0.06);
    gain.gain.linearRampToValueAtTime(0, begin + lengthS);
    gain.connect(context.destination);
    for (const frequency of frequencies) {
      const oscillator = context.createOscillator();
      oscillator.frequency.value = frequency;
      oscillator.connect(gain);
      oscillator.start(begin);
      oscillator.stop(begin + lengthS);
    }
  }
}
