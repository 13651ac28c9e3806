/** The processes of this program that live: for figures, and for a common end. */
import { ForkError } from "../base/errors.js";
import { assertPermitted } from "../base/permission.js";
import type { ExitStatus } from "./exit-status.js";

/** A template can be forked; a worker runs a function, or serves calls; the rest wait to be told what to do. */
export type ProcessType = "template" | "worker" | "process";

export interface LiveProcess {
  readonly pid: number | undefined;
  readonly type: ProcessType;
  /** What `ps` shows. */
  readonly title: string;
  /** The process outlives this program. */
  readonly detached: boolean;
  /** Never rejects. */
  readonly exited: Promise<ExitStatus>;
  kill(signal: NodeJS.Signals | number): boolean;
  /** Ends a process that runs no function. */
  stop(): void;
}

const live = new Set<LiveProcess>();
let ending = false;

export function liveProcesses(): readonly LiveProcess[] {
  return [...live];
}

/** A process has started. In a program that is ending the start came too late. */
export function enlist(process: LiveProcess): void {
  live.add(process);
  if (ending && !process.detached) process.kill("SIGKILL");
}

export function strike(process: LiveProcess): void {
  live.delete(process);
}

/** From now on no process is started. */
export function startNoMore(): void {
  ending = true;
}

/** @throws ForkError ERR_FORK_CLOSED, ERR_FORK_UNSUPPORTED; Node's own ERR_ACCESS_DENIED */
export function assertMayStart(): void {
  assertPermitted();
  if (ending) throw new ForkError("ERR_FORK_CLOSED", "this program is ending: it starts no more processes");
}
