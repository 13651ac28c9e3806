/** What becomes of a connection whose process is gone, or is not what it should be. */
import { ForkError } from "../base/errors.js";
import { describeStatus, type ExitStatus } from "./exit-status.js";

export function diedError(pid: number | undefined, status: ExitStatus): ForkError {
  const message = `process ${pid ?? "(unborn)"} ${describeStatus(status)} before it answered`;
  return new ForkError("ERR_FORK_DIED", message, { pid, exitCode: status.code, signal: status.signal });
}

export function brokenError(pid: number | undefined, cause: Error): ForkError {
  const message = `the connection to process ${pid ?? "(unborn)"} broke: ${cause.message}`;
  return new ForkError("ERR_FORK_PROTOCOL", message, { cause, pid });
}

export function closedError(): ForkError {
  return new ForkError("ERR_FORK_CLOSED", "the process object was closed");
}

/** Of what was made in the process that this one is a fork of. */
export function foreignError(): ForkError {
  return new ForkError("ERR_FORK_CLOSED", `it belongs to the process that ${process.pid} was forked from`);
}
