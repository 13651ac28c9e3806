/** Handles: what may be sent to a process besides strings and octets. */
import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type net from "node:net";
import { describeHandle as describe, HIGH_FD, isHandle } from "../../helper/protocol/handles.cjs";
import type { HandleKind } from "../../helper/protocol/plans.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { ForkError } from "../base/errors.js";

/** An open socket, server or file, or the number of a descriptor. Sending copies it: the original stays yours to close. */
export type Handle = net.Socket | net.Server | FileHandle | number;

/** A copy on its way; whoever holds it owns the descriptor. */
export interface SentHandle {
  kind: HandleKind;
  fd: number;
}

/** @throws ForkError ERR_FORK_HANDLE; ERR_FORK_SYSTEM when there is no descriptor left */
export function copyHandle(addon: Addon, handle: Handle): SentHandle {
  const { kind, fd } = describeHandle(handle);
  return { kind, fd: duplicate(addon, fd) };
}

/** @throws ForkError ERR_FORK_SYSTEM, or ERR_FORK_HANDLE when `fd` is not open */
export function duplicate(addon: Addon, fd: number): number {
  try {
    return addon.duplicate(fd, HIGH_FD);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBADF")
      throw new ForkError("ERR_FORK_HANDLE", `${fd} is not an open descriptor of this process`, { cause: error });
    throw new ForkError("ERR_FORK_SYSTEM", `descriptor ${fd} could not be copied: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** @throws ForkError ERR_FORK_HANDLE */
export function describeHandle(handle: Handle): SentHandle {
  if (typeof handle === "number") return { kind: "descriptor", fd: checkedFd(handle) };
  if (typeof handle !== "object" || handle === null || !isHandle(handle))
    throw new ForkError(
      "ERR_FORK_HANDLE",
      `a handle is a net.Socket, a net.Server, a FileHandle or a descriptor's number, not ${show(handle)}`,
    );
  let described: SentHandle;
  try {
    described = describe(handle);
  } catch (cause) {
    throw new ForkError("ERR_FORK_HANDLE", (cause as Error).message, { cause });
  }
  if (described.kind === "descriptor") checkedFd(described.fd);
  return described;
}

function checkedFd(fd: number): number {
  if (!Number.isInteger(fd) || fd < 0 || fd > 0x7fffffff)
    throw new ForkError("ERR_FORK_HANDLE", `${fd} is not a descriptor's number`);
  try {
    fs.fstatSync(fd);
  } catch (cause) {
    // Files inside an asar archive have numbers that only Electron's fs understands.
    throw new ForkError("ERR_FORK_HANDLE", `${fd} is not an open descriptor of this process`, { cause });
  }
  return fd;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? `a ${value.constructor?.name ?? "object"}` : `of type ${typeof value}`;
}
