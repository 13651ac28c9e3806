/** Whose fault it is when a worker ends, or has to be ended, while it makes a picture. */
import { ForkError } from "desktop-fork";
import type { PictureFailure } from "../worker/request.js";

/** Signals that are no news about the picture: somebody, or the kernel for want of memory, ended the process. */
const OUTSIDE_SIGNALS: readonly unknown[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

export class Judge {
  /** Workers that have answered. One that never did may itself be what is wrong: that is not held against a picture for long. */
  readonly #proven = new Set<number | undefined>();

  answered(pid: number | undefined): void {
    this.#proven.add(pid);
  }

  /** @returns undefined when it has nothing to do with the picture */
  verdict(error: unknown, timeoutMs: number): PictureFailure | undefined {
    if (!(error instanceof ForkError)) return undefined;
    const { code, pid, exitCode = null, signal = null } = error;
    const isLate = code === "ERR_FORK_TIMEOUT";
    if (!isLate && code !== "ERR_FORK_DIED") return undefined;
    const message = isLate
      ? `it took longer than ${timeoutMs / 1000} s`
      : `the worker ${describeEnd(exitCode, signal)}`;
    const isItsOwn = this.#proven.has(pid) && (isLate || !OUTSIDE_SIGNALS.includes(signal));
    return { blame: isItsOwn ? "picture" : "file", message, pid };
  }
}

/** Neither is known when whoever could have told ended first. */
function describeEnd(exitCode: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `was killed by ${signal}`;
  return exitCode === null ? "ended" : `exited with code ${exitCode}`;
}
