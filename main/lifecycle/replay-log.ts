/** What a process was given and told so far, while it is possible that its forks are fresh runtimes that have to repeat it. */
import { Stdio } from "../handles/stdio.js";
import { closeSteps, copySteps, type Step } from "./steps.js";

export class Repeatable {
  /** Its standard streams. */
  stdio: Stdio | undefined;
  /** Undefined: it can be forked, or never will be. */
  #steps: Step[] | undefined = [];

  constructor(stdio: Stdio | undefined) {
    this.stdio = stdio;
  }

  /** @throws ForkError ERR_FORK_SYSTEM */
  add(step: Step): void {
    this.#steps?.push(...copySteps([step]));
  }

  /** @param steps what came before the others; now this object's */
  precede(steps: Step[]): void {
    if (this.#steps === undefined) closeSteps(steps);
    else this.#steps.unshift(...steps);
  }

  /** Copies, the caller's. @throws ForkError ERR_FORK_SYSTEM */
  copy(): Step[] {
    return copySteps(this.#steps ?? []);
  }

  /** Those that count; they stay this object's until they are taken. */
  get steps(): Step[] {
    return this.#steps ?? [];
  }

  /** They are somebody else's now. */
  giveUp(): void {
    this.#steps = undefined;
    this.forget();
  }

  /** Has the standard streams of another process wherever it has none of its own. @throws ForkError ERR_FORK_SYSTEM */
  inheritStdio(from: Repeatable): void {
    if (from.stdio === undefined) return;
    this.stdio ??= new Stdio();
    this.stdio.adopt(from.stdio);
  }

  /** No fork will have to repeat anything. */
  forget(): void {
    closeSteps(this.#steps);
    this.#steps = undefined;
    this.stdio?.close();
    this.stdio = undefined;
  }
}
