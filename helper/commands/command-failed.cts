/** A command that failed, and what is said about it. */
import { constants } from "node:os";
import { describeError, type Failure, type FailureKind } from "../protocol/remote-error.cjs";

const { EMFILE } = constants.errno;

/** The negative number by which the kernel says that no descriptor is left. */
export const NO_DESCRIPTOR = -EMFILE;

/** Says at which step it failed; the reason is what the parent gets to see. */
export class CommandFailed extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly reason: unknown,
  ) {
    super();
  }
}

export function failed(kind: FailureKind, message: string | undefined): CommandFailed {
  return new CommandFailed(kind, new Error(message));
}

export function noDescriptorLeft(): CommandFailed {
  const message = "EMFILE: too many open files, a handle that was sent could not be received";
  return new CommandFailed("system", Object.assign(new Error(message), { code: "EMFILE", errno: NO_DESCRIPTOR }));
}

/** @param error anything that was thrown @returns what goes over the channel */
export function describeFailure(error: unknown): Failure {
  const failed = error instanceof CommandFailed ? error : new CommandFailed("protocol", error);
  return { kind: failed.kind, error: describeError(failed.reason) };
}
