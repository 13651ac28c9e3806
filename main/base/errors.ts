/** Every error that the library makes, and its code. */
import { constants } from "node:os";
import type { Failure, FailureKind } from "../../helper/protocol/remote-error.cjs";
import { reviveError } from "../../helper/protocol/remote-error.cjs";

export type ForkErrorCode =
  /** Code given to `eval` does not compile, threw, or rejected; `cause` is the remote error. */
  | "ERR_FORK_EVAL"
  /** A module was not found, or threw while it was loaded; `cause` is the remote error. */
  | "ERR_FORK_REQUIRE"
  /** What `run` names is missing or no function; `cause` is the remote error. */
  | "ERR_FORK_FUNCTION"
  /** The template could not be forked just now: `message` names the thread or request in the way. */
  | "ERR_FORK_REFUSED"
  /** The process has another user or other groups than this program has now, so no fork of it may be made. */
  | "ERR_FORK_RIGHTS"
  /** What `fork` was asked for could not be done in the new process, for instance its `cwd` does not exist. */
  | "ERR_FORK_START"
  /** This can't be done on this platform or runtime, or without the addon. */
  | "ERR_FORK_UNSUPPORTED"
  /** The process ended before it answered; see `pid`, `exitCode`, `signal`. */
  | "ERR_FORK_DIED"
  /** The runtime could not be started, or is no Node. */
  | "ERR_FORK_RUNTIME"
  /** The process object was handed to `run` already. */
  | "ERR_FORK_USED"
  /** The process object or template was closed. */
  | "ERR_FORK_CLOSED"
  /** What was given as a handle is closed, of the wrong kind, or no descriptor. */
  | "ERR_FORK_HANDLE"
  /** An argument or a result is too large to be sent. */
  | "ERR_FORK_TOO_LARGE"
  /** An argument is of the wrong type or value. */
  | "ERR_FORK_ARGUMENT"
  /** A system call failed, here or in the process, for instance for want of descriptors; `cause` has its errno. */
  | "ERR_FORK_SYSTEM"
  /** The other side speaks something else. */
  | "ERR_FORK_PROTOCOL"
  /** Arguments or a result can't be serialised; `cause` says what in them. */
  | "ERR_FORK_SERIALIZE"
  /** The `init` function of an rpc or pool worker failed; `cause` is the remote error. */
  | "ERR_FORK_INIT"
  /** A call took longer than its timeout. */
  | "ERR_FORK_TIMEOUT"
  /** A pool's worker did not turn its event loop for so long that it was killed. */
  | "ERR_FORK_HUNG"
  /** The pool's queue has reached its limit. */
  | "ERR_FORK_QUEUE_FULL"
  /** A function of `desktop-fork/worker` was called where no caller is served. */
  | "ERR_FORK_NO_WORKER";

export interface ForkErrorFields {
  cause?: unknown;
  pid?: number | undefined;
  exitCode?: number | null;
  signal?: NodeJS.Signals | null;
  stderr?: string | undefined;
}

/** What the library rejects with and, where an argument is plainly wrong, throws. */
export class ForkError extends Error {
  override readonly name = "ForkError";
  readonly code: ForkErrorCode;
  /** The process that it is about, once known. */
  declare readonly pid?: number;
  /** Its exit code; null when a signal ended it, or nobody can know. */
  declare readonly exitCode?: number | null;
  /** The signal that ended it; null when none did, or nobody can know. */
  declare readonly signal?: NodeJS.Signals | null;
  /** The end of what a pool's worker wrote to stderr, where it died. */
  declare readonly stderr?: string;

  constructor(code: ForkErrorCode, message: string, { cause, ...fields }: ForkErrorFields = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) Object.assign(this, { [name]: value });
  }
}

const FAILURES: Record<FailureKind, [code: ForkErrorCode, what: string]> = {
  eval: ["ERR_FORK_EVAL", "evaluated code failed"],
  require: ["ERR_FORK_REQUIRE", "a module could not be loaded"],
  function: ["ERR_FORK_FUNCTION", "there is no such function"],
  fork: ["ERR_FORK_REFUSED", "the process could not be forked"],
  birth: ["ERR_FORK_START", "the new process could not be made as asked"],
  unsupported: ["ERR_FORK_UNSUPPORTED", "this process can't be forked"],
  system: ["ERR_FORK_SYSTEM", "a system call failed"],
  protocol: ["ERR_FORK_PROTOCOL", "the process did not understand its parent"],
};

/** The error that a process reported, as its parent throws it. */
export function errorOfFailure(failure: Failure, pid: number | undefined): ForkError {
  const [code, what] = FAILURES[failure.kind];
  const message = `${what}${pid === undefined ? "" : ` in process ${pid}`}: ${failure.error.message}`;
  return new ForkError(code, message, { cause: reviveError(failure.error), pid });
}

/** A failed system call of the parent itself. */
export function systemError(doing: string, cause: unknown): ForkError {
  return new ForkError("ERR_FORK_SYSTEM", `${doing}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

/** Like a failed system call of the kernel's: there is no room for another descriptor. */
export function noDescriptorError(whose: string): ForkError {
  const cause = Object.assign(new Error("EMFILE: too many open files"), {
    code: "EMFILE",
    errno: -constants.errno.EMFILE,
  });
  return systemError(`no descriptor was left for ${whose}`, cause);
}

/** The same AbortError that Node's own functions reject with. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  error.name = "AbortError";
  return Object.assign(error, { code: "ABORT_ERR" });
}
