/** A call that is to be made by some worker. */

import { AsyncResource } from "node:async_hooks";
import type { OptionSchema } from "../base/check-options.js";
import { abortError, ForkError } from "../base/errors.js";
import { FINITE, FUNCTION, integer, milliseconds, SIGNAL } from "../base/option-kinds.js";
import type { Queued } from "./job-queue.js";
import type { OutputListener } from "./output.js";

export interface JobOptions {
  /** Aborting rejects the job with an AbortError. One that runs sees it through `abortSignal()`, and has `abortGrace` to end. */
  signal?: AbortSignal | undefined;
  /** How long it may run before it is killed with its worker, in milliseconds; the time in the queue does not count. 0: for ever. */
  timeout?: number | undefined;
  /** The highest comes first; of equal ones the first. Any finite number; default: 0. */
  priority?: number | undefined;
  /** How often it is tried again when its worker died. */
  retries?: number | undefined;
  /** Called with the worker's pid when a worker has been given the job, each time that one is. */
  onStart?: ((pid: number) => void) | undefined;
  /** Gets what the job writes to those of its standard streams for which the pool has the mode `job`. */
  onOutput?: OutputListener | undefined;
}

export const JOB_OPTIONS: OptionSchema<JobOptions> = {
  what: "run",
  kinds: {
    signal: SIGNAL,
    timeout: milliseconds({ infinite: true }),
    priority: FINITE,
    retries: integer({ infinite: true }),
    onStart: FUNCTION,
    onOutput: FUNCTION,
  },
};

export interface JobRequest {
  name: string;
  args: readonly unknown[];
  options: JobOptions;
  defaults: { timeout: number; retries: number };
  now: number;
}

/** Where a job runs. */
export interface Holder {
  abort(job: Job): void;
}

export interface Promised {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class Job implements Queued {
  turn = 0;
  place = -1;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly priority: number;
  /** Infinity: for ever. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onStart: JobOptions["onStart"];
  readonly onOutput: OutputListener | undefined;
  /** When it began to wait. */
  waitsSince: number;
  retries: number;
  holder: Holder | undefined;
  isSettled = false;
  /** Forgets its signal. */
  disobey: () => void = () => {};
  readonly #promised: Promised;

  constructor({ name, args, options, defaults, now }: JobRequest, promised: Promised) {
    this.name = name;
    this.args = args;
    this.priority = options.priority ?? 0;
    this.timeoutMs = (options.timeout ?? defaults.timeout) || Number.POSITIVE_INFINITY;
    this.retries = options.retries ?? defaults.retries;
    this.signal = options.signal;
    this.onStart = inThisContext(options.onStart);
    this.onOutput = inThisContext(options.onOutput);
    this.waitsSince = now;
    this.#promised = promised;
  }

  resolve(value: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#promised.resolve(value);
  }

  reject(error: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#promised.reject(error);
  }

  abortError(): Error {
    return abortError(this.signal as AbortSignal);
  }

  timeoutError(pid: number | undefined): ForkError {
    const message = `'${this.name}' ran for more than ${this.timeoutMs} ms: it was killed with its worker`;
    return new ForkError("ERR_FORK_TIMEOUT", message, { pid });
  }
}

/** A worker calls back in a context of its own: the caller's is kept with the function. */
function inThisContext<F extends (...args: never[]) => unknown>(callback: F | undefined): F | undefined {
  return callback && (AsyncResource.bind(callback as never) as unknown as F);
}
