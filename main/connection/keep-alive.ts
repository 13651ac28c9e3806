/** What keeps this program's event loop alive while something is awaited of a process. */

/** What will bring the news. */
export interface NewsSource {
  /** Whether this program stays alive for the news. */
  setReferenced(referenced: boolean): void;
}

export class KeepAlive {
  #source: NewsSource | undefined;
  #count = 0;

  get isHeld(): boolean {
    return this.#count > 0;
  }

  /** @param source brings the news from now on; the one before does so no more */
  moveTo(source: NewsSource): void {
    if (this.isHeld) {
      this.#source?.setReferenced(false);
      source.setReferenced(true);
    }
    this.#source = source;
  }

  /** Until as many calls of release(). */
  hold(): void {
    if (this.#count++ === 0) this.#source?.setReferenced(true);
  }

  release(): void {
    if (--this.#count === 0) this.#source?.setReferenced(false);
  }
}
