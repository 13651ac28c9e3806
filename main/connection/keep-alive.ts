/** What keeps this program's event loop alive while something is awaited of a process. */

/** What will bring the news. */
export interface Anchor {
  /** Whether it keeps the event loop alive. */
  setReferenced(referenced: boolean): void;
}

export class Hold {
  #anchor: Anchor | undefined;
  #count = 0;

  get isHeld(): boolean {
    return this.#count > 0;
  }

  /** @param anchor keeps the event loop alive from now on, when something has to; what did before does so no more */
  moveTo(anchor: Anchor): void {
    if (this.isHeld) {
      this.#anchor?.setReferenced(false);
      anchor.setReferenced(true);
    }
    this.#anchor = anchor;
  }

  /** Until as many calls of release(). */
  add(): void {
    if (this.#count++ === 0) this.#anchor?.setReferenced(true);
  }

  release(): void {
    if (--this.#count === 0) this.#anchor?.setReferenced(false);
  }
}
