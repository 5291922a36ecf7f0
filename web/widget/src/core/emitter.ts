// A typed list of listeners. A listener that throws is reported and does not keep the others from hearing.
export class Emitter<Events> {
  private listeners: { [K in keyof Events]?: ((event: Events[K]) => void)[] } = {};

  on<K extends keyof Events>(name: K, listener: (event: Events[K]) => void): () => void {
    (this.listeners[name] ??= []).push(listener);
    return () => {
      this.listeners[name] = this.listeners[name]?.filter((l) => l !== listener);
    };
  }

  emit<K extends keyof Events>(name: K, event: Events[K]): void {
    for (const listener of this.listeners[name] ?? []) {
      try {
        listener(event);
      } catch (error) {
        console.error("teahouse:", error);
      }
    }
  }
}
