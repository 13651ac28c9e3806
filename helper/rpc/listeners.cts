/** Who listens to the events of the other side. */

export type Listener = (...args: never[]) => void;

export class Listeners {
  readonly #byName = new Map<string, Set<Listener>>();

  add(name: string, listener: Listener): void {
    let listeners = this.#byName.get(name);
    if (listeners === undefined) {
      listeners = new Set();
      this.#byName.set(name, listeners);
    }
    listeners.add(listener);
  }

  remove(name: string, listener: Listener): void {
    this.#byName.get(name)?.delete(listener);
  }

  /** Calls them at once. What a listener throws is an uncaught exception, later. */
  tellNow([name, ...args]: readonly unknown[]): void {
    for (const listener of [...(this.#byName.get(name as string) ?? [])]) {
      try {
        (listener as (...args: unknown[]) => void)(...args);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }

  /**
   * Calls them soon: in the order of events and results, whatever else a caller does who awaits one of those. What a
   * listener throws is an uncaught exception.
   */
  tell([name, ...args]: readonly unknown[]): void {
    for (const listener of this.#byName.get(name as string) ?? [])
      queueMicrotask(() => (listener as (...args: unknown[]) => void)(...args));
  }
}
