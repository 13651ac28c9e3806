/** Those who wait until the queue has room. */

export class Room {
  readonly #free: () => number;
  readonly #waiting: (() => void)[] = [];
  #isOpen = false;
  #isDue = false;

  /** @param free how many jobs would be taken now */
  constructor(free: () => number) {
    this.#free = free;
  }

  /** Resolves when there is room, in the order of the calls. */
  wait(): Promise<void> {
    if (this.#isOpen || (this.#waiting.length === 0 && this.#free() > 0)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** There may be more of it. Those who are let in need a moment to use it. */
  changed(): void {
    if (this.#waiting.length === 0 || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      for (const resolve of this.#waiting.splice(0, Math.max(0, this.#free()))) resolve();
    });
  }

  /** Nobody has to wait any more. */
  open(): void {
    this.#isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
