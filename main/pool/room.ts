/** Those who wait until the queue has room. */

export class Room {
  readonly #free: () => number;
  readonly #waiting: (() => void)[] = [];
  /** Places of those who were let in and have not used them yet. */
  readonly #promised = new Set<object>();
  #isOpen = false;
  #isDue = false;

  /** @param free how many jobs would be taken now */
  constructor(free: () => number) {
    this.#free = free;
  }

  /** Resolves when there is room, in the order of the calls. The place is kept until the next turn of the event loop. */
  wait(): Promise<void> {
    if (this.#isOpen || this.#free() === Number.POSITIVE_INFINITY) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#letIn();
    });
  }

  /** Somebody has used a place. */
  taken(): void {
    const [place] = this.#promised;
    if (place !== undefined) this.#promised.delete(place);
  }

  /** There may be more of it. */
  changed(): void {
    if (this.#waiting.length === 0 || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#letIn();
    });
  }

  /** Nobody has to wait any more. */
  open(): void {
    this.#isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #letIn(): void {
    for (const resolve of this.#waiting.splice(0, Math.max(0, this.#free() - this.#promised.size))) {
      const place = {};
      this.#promised.add(place);
      setImmediate(() => {
        if (this.#promised.delete(place)) this.changed();
      });
      resolve();
    }
  }
}
