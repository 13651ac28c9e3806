/** What a call rejects with when it is not answered with a result. */

import { FrameTooLarge } from "../../helper/protocol/frame-writer.cjs";
import type { Failure, FailureKind } from "../../helper/rpc/failure.cjs";
import { Undeliverable } from "../../helper/rpc/values.cjs";
import { ForkError, type ForkErrorCode } from "../base/errors.js";

const CODES: Record<Exclude<FailureKind, "thrown">, [code: ForkErrorCode, what: string]> = {
  function: ["ERR_FORK_FUNCTION", "there is no such function"],
  arguments: ["ERR_FORK_SERIALIZE", "the worker could not read the arguments"],
  result: ["ERR_FORK_SERIALIZE", "the result can't be sent"],
  large: ["ERR_FORK_TOO_LARGE", "the result can't be sent"],
  handle: ["ERR_FORK_HANDLE", "the result can't be sent"],
  init: ["ERR_FORK_INIT", "the worker could not be initialised"],
};

/** @returns what the remote function threw, as it threw it; or, where it is not to blame, a ForkError */
export function callError({ kind, thrown }: Failure): unknown {
  if (kind === "thrown") return thrown;
  const [code, what] = CODES[kind];
  return new ForkError(code, `${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
    cause: thrown,
  });
}

/** Why values could not be sent. */
export function sendError(what: string, error: unknown): unknown {
  if (error instanceof ForkError) return error;
  const { message } = error as Error;
  if (error instanceof FrameTooLarge)
    return new ForkError("ERR_FORK_TOO_LARGE", `${what}: ${message}`, { cause: error });
  const code = error instanceof Undeliverable ? "ERR_FORK_HANDLE" : "ERR_FORK_SERIALIZE";
  return new ForkError(code, `${what} can't be sent: ${message}`, { cause: (error as Error).cause ?? error });
}

/** Why a result could not be read. */
export function readError(error: unknown): ForkError {
  return new ForkError("ERR_FORK_SERIALIZE", `the result can't be read: ${(error as Error).message}`, { cause: error });
}
