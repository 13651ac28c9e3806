/** Commands in the order given, each as soon as the process has come as far as it needs. */

/** How far a process object has come. */
export enum Stage {
  /** It has no process yet. */
  Unborn,
  /** Messages can be sent to it. */
  Connected,
  /** It is known whether it can be forked. */
  Known,
  /** Nothing can be asked of it any more. */
  Over,
}

interface Waiting {
  stage: Stage;
  act: () => void;
}

export class Stages {
  #reached = Stage.Unborn;
  readonly #waiting: Waiting[] = [];

  /** Acts now if the stage is reached and nothing else waits, else in its turn. */
  at(stage: Stage, act: () => void): void {
    if (this.#waiting.length === 0 && this.#reached >= stage) act();
    else this.#waiting.push({ stage, act });
  }

  /** What needs no more than this stage would be done at once. */
  isReached(stage: Stage): boolean {
    return this.#waiting.length === 0 && this.#reached >= stage;
  }

  /** True when something waits that needs at least this stage. */
  isAwaited(stage: Stage): boolean {
    return this.#waiting.some((waiting) => waiting.stage >= stage);
  }

  reach(stage: Stage): void {
    if (stage > this.#reached) this.#reached = stage;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.stage > this.#reached) return;
      this.#waiting.shift();
      first.act();
    }
  }
}
