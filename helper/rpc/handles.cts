/** Handles among values: what travels as a descriptor, and what it becomes on arrival. */
import fs = require("node:fs");

import net = require("node:net");

import type { Addon } from "../../native/addon/addon.cjs";
import { openSocket } from "../protocol/open-socket.cjs";

enum Kind {
  Socket = 0,
  Server = 1,
  File = 2,
}

export type OpenedHandle = net.Socket | net.Server | OpenFile;

/** Numbers that live long go above this. */
const HIGH_FD = 64;

/**
 * An open descriptor that can be sent: of a file, a pipe, a device. A `FileHandle` that is sent arrives as one of these.
 *
 * Whoever has it owns the descriptor, and closes it.
 */
export class OpenFile {
  /** Structured clone refuses symbols: inside of another value this would arrive as an empty object. */
  readonly kind: symbol = Symbol("a file inside of another value");
  #fd: number;

  /** @param fd this object's from now on */
  constructor(fd: number) {
    if (!Number.isInteger(fd) || fd < 0) throw new RangeError(`${fd} is not a descriptor's number`);
    this.#fd = fd;
  }

  /** The descriptor, for `fs.read` and the like; -1 once it is closed. */
  get fd(): number {
    return this.#fd;
  }

  toJSON(): never {
    throw new TypeError("a file inside of another value can't be sent");
  }

  close(): void {
    if (this.#fd >= 0) fs.closeSync(this.#fd);
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

let addon: Addon | undefined;

/** What copies descriptors in this process; without it handles can't be sent. */
export function useAddon(loaded: Addon | undefined): void {
  addon = loaded;
}

interface Described {
  kind: Kind;
  fd: number;
}

export type SentHandle = net.Socket | net.Server | { fd: number };

/** Whether it travels as a descriptor; also when it is closed, and can't. */
export function isHandle(value: object): value is SentHandle {
  return value instanceof net.Socket || value instanceof net.Server || value instanceof OpenFile || isFileHandle(value);
}

/** @throws TypeError when the handle is closed or has no descriptor */
export function describeHandle(handle: SentHandle): Described {
  if (handle instanceof net.Socket) return { kind: Kind.Socket, fd: innerFd(handle, "socket") };
  if (handle instanceof net.Server) return { kind: Kind.Server, fd: innerFd(handle, "server") };
  if (handle.fd < 0) throw new TypeError("the file is closed");
  return { kind: Kind.File, fd: handle.fd };
}

/** Node has no public way to a socket's descriptor; cluster and child_process use the same field. */
function innerFd(owner: net.Socket | net.Server, what: string): number {
  if ("encrypted" in owner) throw new TypeError(`the ${what} speaks TLS: its descriptor alone can't go on with that`);
  const fd = (owner as unknown as { _handle: { fd?: number } | null })._handle?.fd;
  if (fd === undefined || fd < 0) throw new TypeError(`the ${what} is closed, not open yet, or has no descriptor`);
  return fd;
}

function isFileHandle(value: object): value is { fd: number } {
  return value.constructor?.name === "FileHandle" && "fd" in value && typeof value.fd === "number";
}

/** @returns a copy, the caller's */
export function copyOf(fd: number): number {
  if (addon === undefined) throw new TypeError("handles can't be sent without the native addon");
  return addon.duplicate(fd, HIGH_FD);
}

/** @param fd the handle's from now on */
export function openHandle(kind: number, fd: number): OpenedHandle {
  switch (kind) {
    case Kind.Socket:
      return openSocket(fd);
    case Kind.Server:
      return net.createServer().listen({ fd });
    case Kind.File:
      return new OpenFile(fd);
    default:
      closeDescriptors([fd]);
      throw new RangeError(`a handle of the unknown kind ${kind}`);
  }
}

export function closeDescriptors(fds: readonly number[]): void {
  for (const fd of fds) {
    if (addon === undefined) fs.closeSync(fd);
    else addon.close(fd);
  }
}

/** Gives up the sender's own end of what was sent as a result: its function has returned and can't do it. */
export function releaseHandle(value: unknown): void {
  if (value instanceof net.Socket) value.destroy();
  else if (value instanceof net.Server) value.close();
  else if (value instanceof OpenFile) value.close();
  else if (typeof value === "object" && value !== null && isFileHandle(value))
    void (value as unknown as { close(): Promise<void> }).close();
}
