/** Tells the main process what the page wants to see, not more often than it can change its mind. */
import type { Range } from "./grid/layout.js";
import { type Wanted, wantedOf } from "./grid/wanted.js";

const INTERVAL_MS = 50;

export interface WishesOptions {
  has(picture: number): boolean;
  most: number;
  send(wanted: Wanted): void;
}

interface Seen {
  range: Range;
  upwards: boolean;
  count: number;
}

export class Wishes {
  readonly #options: WishesOptions;
  #seen: Seen | undefined;
  #sent = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sentMs = Number.NEGATIVE_INFINITY;

  constructor(options: WishesOptions) {
    this.#options = options;
    document.addEventListener("visibilitychange", () => this.#send());
  }

  /** Another folder: all that was wanted is forgotten. */
  reset(): void {
    this.#seen = undefined;
    this.#sent = "";
  }

  see(seen: Seen): void {
    const { range } = seen;
    if (
      this.#seen?.count === seen.count &&
      this.#seen.range.first === range.first &&
      this.#seen.range.last === range.last
    )
      return;
    this.#seen = seen;
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#sentMs + INTERVAL_MS - performance.now());
    if (wait === 0) return this.#send();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, wait);
  }

  /** A window that nobody sees wants nothing. */
  #send(): void {
    if (this.#seen === undefined) return;
    const { has, most, send } = this.#options;
    const wanted = document.hidden ? { pictures: [], visible: 0 } : wantedOf({ ...this.#seen, has, most });
    const key = wanted.pictures.join();
    if (key === this.#sent) return;
    this.#sent = key;
    this.#sentMs = performance.now();
    send(wanted);
  }
}
