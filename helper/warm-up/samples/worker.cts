/** The worker of a dry run. */
import { once } from "node:events";
import type net from "node:net";

let closed: Promise<unknown> | undefined;

export function work(socket: net.Socket): void {
  closed = once(socket, "close");
  socket.end("x");
  socket.resume();
}

/** @returns resolves when the worker's socket is closed; undefined when no worker has run since the last call */
export function takeClosed(): Promise<unknown> | undefined {
  const last = closed;
  closed = undefined;
  return last;
}
