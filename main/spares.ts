/** Processes that were made ahead of need: taking one costs no more than a message. */
import type { ProcessCore } from "./process-core.js";

export class Spares {
  readonly #wanted: () => number;
  readonly #make: () => ProcessCore;
  readonly #ready: ProcessCore[] = [];
  #making = 0;

  /** @param make called in turns of the event loop in which nobody waits for a process */
  constructor(wanted: () => number, make: () => ProcessCore) {
    this.#wanted = wanted;
    this.#make = make;
  }

  take(): ProcessCore | undefined {
    for (let spare = this.#ready.shift(); spare !== undefined; spare = this.#ready.shift())
      if (spare.over === undefined) return spare;
    return undefined;
  }

  /** Makes what is missing, one after the other. A failure is nobody's loss: the next caller tries for real. */
  refill(): void {
    if (this.#ready.length + this.#making >= this.#wanted()) return;
    this.#making++;
    setImmediate(() => {
      if (this.#wanted() === 0) {
        this.#making--;
        return;
      }
      const spare = this.#make();
      spare.ready().then(
        () => {
          this.#making--;
          if (this.#wanted() === 0) return spare.close();
          this.#ready.push(spare);
          this.refill();
        },
        () => {
          this.#making--;
        },
      );
    });
  }

  clear(): void {
    for (const spare of this.#ready.splice(0)) spare.close();
  }
}
