/** Handles: what may be sent to a process besides strings and octets. */
import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import net from "node:net";
import type { HandleKind } from "../../helper/protocol/plans.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { HIGH_FD } from "../base/addon.js";
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
  if (handle instanceof net.Socket) return { kind: "socket", fd: innerFd(handle, "socket") };
  if (handle instanceof net.Server) return { kind: "server", fd: innerFd(handle, "server") };
  if (typeof handle === "number") return { kind: "descriptor", fd: checkedFd(handle) };
  if (isFileHandle(handle)) {
    if (handle.fd < 0) throw new ForkError("ERR_FORK_HANDLE", "the file handle is closed");
    return { kind: "descriptor", fd: checkedFd(handle.fd) };
  }
  throw new ForkError(
    "ERR_FORK_HANDLE",
    `a handle is a net.Socket, a net.Server, a FileHandle or a descriptor's number, not ${show(handle)}`,
  );
}

/** Node has no public way to a socket's descriptor; cluster and child_process use the same field. */
function innerFd(owner: net.Socket | net.Server, what: string): number {
  const fd = (owner as unknown as { _handle: { fd?: number } | null })._handle?.fd;
  if (fd === undefined || fd < 0)
    throw new ForkError("ERR_FORK_HANDLE", `the ${what} is closed, not open yet, or has no descriptor`);
  return fd;
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

function isFileHandle(handle: unknown): handle is FileHandle {
  return typeof handle === "object" && handle !== null && handle.constructor?.name === "FileHandle" && "fd" in handle;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? `a ${value.constructor?.name ?? "object"}` : `of type ${typeof value}`;
}
