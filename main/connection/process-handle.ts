/** A process as the kernel knows it: signals that never hit a stranger, and the news of its end. */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { isMainThread } from "node:worker_threads";
import { type Addon, type Poller, READABLE } from "../../native/addon/addon.cjs";
import { ForkError } from "../base/errors.js";
import { duplicate } from "../handles/handles.js";
import { type ExitStatus, statusOfWait } from "./exit-status.js";

export interface ProcessHandle {
  readonly pid: number;
  /** False when the process has ended. */
  kill(signal: NodeJS.Signals | number): boolean;
  /** Calls back once at its end, with the status where this process is allowed to ask for it. */
  watch(onEnd: (status: ExitStatus | undefined) => void): void;
  setReferenced(referenced: boolean): void;
  /** It was told to end, and runs no function: where only its event loop could notice, it is killed if it goes on. */
  expectEnd?(): void;
  /** A pidfd of it, the caller's; undefined when it has ended. @throws ForkError ERR_FORK_SYSTEM */
  share?(): number | undefined;
  close(): void;
}

/** @throws ForkError ERR_FORK_ARGUMENT */
export function signalNumber(signal: NodeJS.Signals | number): number {
  const number = typeof signal === "number" ? signal : constants.signals[signal];
  if (!Number.isInteger(number) || number < 0 || number > 64)
    throw new ForkError("ERR_FORK_ARGUMENT", `there is no signal '${signal}'`);
  return number;
}

export class PidfdHandle implements ProcessHandle {
  readonly pid: number;
  readonly #addon: Addon;
  #pidfd: number;
  #onEnd: (status: ExitStatus | undefined) => void = () => {};
  #poller: Poller | undefined;
  #referenced = false;

  /**
   * @param pidfd the handle's from now on
   * @param ours whether it is a child of this very process, which then has to reap it
   */
  constructor(addon: Addon, pid: number, pidfd: number, ours: boolean) {
    this.#addon = addon;
    this.pid = pid;
    this.#pidfd = pidfd;
    // At its end a thread lets go of what is polled.
    if (!isMainThread && pidfd >= 0) this.#poller = new addon.Poller(pidfd, () => this.#ended(), 0, ours);
  }

  /** There was no descriptor left for its pidfd, or it was closed. */
  get isUnreachable(): boolean {
    return this.#pidfd < 0;
  }

  kill(signal: NodeJS.Signals | number): boolean {
    const number = signalNumber(signal);
    return this.#pidfd >= 0 && this.#addon.pidfdSignal(this.#pidfd, number);
  }

  watch(onEnd: (status: ExitStatus | undefined) => void): void {
    if (this.#pidfd < 0) return;
    this.#onEnd = onEnd;
    this.#poller ??= new this.#addon.Poller(this.#pidfd, () => this.#ended(), 0);
    this.#poller.start(READABLE);
    this.setReferenced(this.#referenced);
  }

  #ended(): void {
    // It may have become a child of this process, when its parent ended: then nobody else reaps it.
    const status = this.#addon.pidfdWait(this.#pidfd);
    this.close();
    this.#onEnd(status ? statusOfWait(status) : undefined);
  }

  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    if (referenced) this.#poller?.ref();
    else this.#poller?.unref();
  }

  share(): number | undefined {
    return this.#pidfd < 0 ? undefined : duplicate(this.#addon, this.#pidfd);
  }

  close(): void {
    if (this.#pidfd < 0) return;
    this.#poller?.close();
    this.#addon.close(this.#pidfd);
    this.#pidfd = -1;
  }
}

/** A loaded machine takes seconds for an orderly end. */
const PATIENCE_MS = 5000;

/** Without the addon: Node's own child, which knows when its pid is no longer its own. */
export class ChildProcessHandle implements ProcessHandle {
  readonly pid: number;
  #patience: NodeJS.Timeout | undefined;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
  }

  kill(signal: NodeJS.Signals | number): boolean {
    const number = signalNumber(signal);
    const { exitCode, signalCode } = this.#child;
    // Node's own kill() tells of a refusal by an event, which would be taken for the failure of a start.
    return exitCode === null && signalCode === null && sendSignal(this.pid, number);
  }

  watch(onEnd: (status: ExitStatus | undefined) => void): void {
    this.#child.once("exit", (code, signal) => {
      clearTimeout(this.#patience);
      onEnd({ code, signal });
    });
  }

  expectEnd(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null)
      this.#patience ??= setTimeout(() => this.#force(), PATIENCE_MS).unref();
  }

  /** A process of another user is left to its own: nobody is there to be told. */
  #force(): void {
    try {
      this.kill("SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    }
  }

  setReferenced(referenced: boolean): void {
    if (referenced) this.#child.ref();
    else this.#child.unref();
  }

  close(): void {}
}

/** @returns false when there is no such process. @throws the system's error when the kernel refuses */
function sendSignal(pid: number, signal: number): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
