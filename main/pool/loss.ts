/** Errors about workers that are there no more. */
import { ForkError } from "../base/errors.js";
import type { Job } from "./job.js";

/**
 * The error of one job, or of the worker as such: each has one of its own.
 * @param stderr the end of what the worker wrote to it
 */
export function lossError(error: Error, stderr: string | undefined, job?: Job): Error {
  if (!(error instanceof ForkError)) return error;
  const { code, message, cause, pid, exitCode, signal } = error;
  const what = job === undefined ? message : `'${job.name}' was lost: ${message}`;
  return new ForkError(code, what, {
    cause,
    pid,
    stderr,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
  });
}

export function hungError(pid: number | undefined, heartbeatMs: number): ForkError {
  return new ForkError(
    "ERR_FORK_HUNG",
    `worker ${pid} did not turn its event loop for ${heartbeatMs} ms: it was killed`,
    {
      pid,
      exitCode: null,
      signal: "SIGKILL",
    },
  );
}

export function slowStartError(pid: number | undefined, startTimeoutMs: number): ForkError {
  return new ForkError("ERR_FORK_TIMEOUT", `a worker was not ready after ${startTimeoutMs} ms: it was killed`, { pid });
}

/** Sockets are, too: they are over as soon as they have arrived. */
export function isStream(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
