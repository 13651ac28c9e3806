/** Handles: what travels as a descriptor, and what becomes of it on arrival. */
import fs = require("node:fs");

import type net from "node:net";
import type { Addon } from "../../native/addon/addon.cjs";
import { OpenFile } from "./open-file.cjs";
import { loadNet, openSocket } from "./open-socket.cjs";
import type { HandleKind } from "./plans.cjs";

/** Descriptors that live long go above this, so that a crowded low range stays free for what must be there. */
export const HIGH_FD = 64;

/** What may be sent besides the number of a descriptor; of a FileHandle only this is known. */
export type HandleObject = net.Socket | net.Server | OpenFile | { fd: number };

export interface HandleFd {
  kind: HandleKind;
  /** The owner's. */
  fd: number;
}

/** Whether it travels as a descriptor; also when it is closed, and can't. */
export function isHandle(value: object): value is HandleObject {
  const { Socket, Server } = loadNet();
  return value instanceof Socket || value instanceof Server || value instanceof OpenFile || isFileHandle(value);
}

/** @throws TypeError when the handle is closed, has no descriptor, or is more than its descriptor */
export function describeHandle(handle: HandleObject): HandleFd {
  const { Socket, Server } = loadNet();
  if (handle instanceof Socket) return { kind: "socket", fd: fdOfSocket(handle) };
  if (handle instanceof Server) return { kind: "server", fd: fdOfServer(handle) };
  if (handle.fd < 0) throw new TypeError("the file is closed");
  return { kind: "descriptor", fd: handle.fd };
}

function fdOfSocket(socket: net.Socket): number {
  if ("encrypted" in socket)
    throw new TypeError(
      "a TLSSocket can't be sent: the keys of its connection stay in this process; send the net.Socket, and begin TLS where it arrives",
    );
  return innerFd(socket, "socket");
}

function fdOfServer(server: net.Server): number {
  if ("setSecureContext" in server)
    throw new TypeError(
      "a TLS server can't be sent: its certificates stay in this process; send a net.Server, and begin TLS on its connections where it arrives",
    );
  return innerFd(server, "server");
}

/** Node has no public way to a socket's descriptor; cluster and child_process use the same field. */
function innerFd(owner: net.Socket | net.Server, what: string): number {
  const fd = (owner as unknown as { _handle: { fd?: number } | null })._handle?.fd;
  if (fd === undefined || fd < 0) throw new TypeError(`the ${what} is closed, not open yet, or has no descriptor`);
  return fd;
}

function isFileHandle(value: object): value is { fd: number } {
  return value.constructor?.name === "FileHandle" && "fd" in value && typeof value.fd === "number";
}

/** @param fd the handle's from now on, except as a plain descriptor: then it is the caller's */
export function openHandle(kind: HandleKind, fd: number): net.Socket | net.Server | number {
  if (kind === "socket") return openSocket(fd);
  if (kind === "server") return loadNet().createServer().listen({ fd });
  return fd;
}

/** Gives up the sender's own end of what was sent as a result: its function has returned and can't do it. */
export function releaseHandle(value: unknown): void {
  if (typeof value !== "object" || value === null || !isHandle(value)) return;
  const { Socket } = loadNet();
  if (value instanceof Socket) value.destroy();
  else void (value as { close(): unknown }).close();
}

let addon: Addon | undefined;

/** What copies and closes descriptors in this process; without it handles can't be sent by rpc. */
export function useAddon(loaded: Addon | undefined): void {
  addon = loaded;
}

/** @returns a copy, the caller's */
export function copyOf(fd: number): number {
  if (addon === undefined) throw new TypeError("handles can't be sent without the native addon");
  return addon.duplicate(fd, HIGH_FD);
}

export function closeDescriptors(fds: readonly number[]): void {
  for (const fd of fds) {
    if (addon === undefined) fs.closeSync(fd);
    else addon.close(fd);
  }
}
