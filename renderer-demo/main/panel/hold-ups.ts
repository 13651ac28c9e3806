/** For how long this process's event loop was held up: what a person feels as a stutter. */

const INTERVAL_MS = 5;
/** Less is the timer's own play. */
const LEAST_MS = 2;

export class HoldUps {
  readonly #timer: NodeJS.Timeout;
  #due = performance.now() + INTERVAL_MS;
  #seen: number[] = [];

  constructor() {
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS).unref();
  }

  /** Those since the last call, in milliseconds. */
  take(): number[] {
    return this.#seen.splice(0);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#due;
    if (late >= LEAST_MS) this.#seen.push(Math.round(late * 10) / 10);
    this.#due = now + INTERVAL_MS;
  }
}
