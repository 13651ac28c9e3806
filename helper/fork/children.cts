/** What a process that was forked from owes its parent: the ends of its children. */
import type { Addon } from "../../native/addon/addon.cjs";
import type { ExitReport } from "../protocol/plans.cjs";

const CLD_EXITED = 1;

export function exitReport([pid, siCode, siStatus]: [number, number, number]): ExitReport {
  if (siCode === 0) return { pid, code: null, signal: null }; // somebody else has reaped it
  return siCode === CLD_EXITED ? { pid, code: siStatus, signal: null } : { pid, code: null, signal: siStatus };
}

/** Children that are alive or not reported yet. */
export class Children {
  readonly #addon: Addon;
  readonly #report: (exit: ExitReport) => void;
  readonly #alive = new Set<number>();
  #watching = false;
  #whenGone: (() => void) | undefined;

  constructor(addon: Addon, report: (exit: ExitReport) => void) {
    this.#addon = addon;
    this.#report = report;
  }

  /** A program that was started just now. */
  adopt(pid: number): void {
    this.#addon.adoptChild(pid);
    this.add(pid);
  }

  /** A child that was forked just now. */
  add(pid: number): void {
    this.#alive.add(pid);
    if (this.#watching) return;
    this.#watching = true;
    this.#addon.watchChildren(() => this.#reap());
    // The first one may have ended before there was a watch.
    setImmediate(() => this.#reap());
  }

  /** Calls back, once, when no child is left. */
  whenGone(callback: () => void): void {
    if (this.#alive.size === 0) callback();
    else this.#whenGone = callback;
  }

  #reap(): void {
    // Any other is nobody's business but the self-test's, which forked it.
    for (const status of this.#addon.reapChildren())
      if (this.#alive.delete(status[0])) this.#report(exitReport(status));
    if (this.#alive.size === 0) this.#whenGone?.();
  }
}
