/** How long to wait before the next start when workers die before they are of use. */

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 5000;
/** So many failures in a row, and those who wait for a worker are told. */
const PATIENCE = 4;

export class BackOff {
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;

  /** Nothing is started before this time. */
  get notBefore(): number {
    return this.#notBefore;
  }

  get isExhausted(): boolean {
    return this.#failures >= PATIENCE;
  }

  /** @param startedAt of those that were started together only the first counts */
  failed(startedAt: number, now: number): void {
    if (startedAt <= this.#failedAt) return;
    this.#notBefore = now + Math.min(FIRST_DELAY_MS * 2 ** this.#failures, MAX_DELAY_MS);
    this.#failures++;
    this.#failedAt = now;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#notBefore = Number.NEGATIVE_INFINITY;
  }
}
