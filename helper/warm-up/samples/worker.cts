/** The worker that a rehearsal plays: what it does, real ones do. */
import { once } from "node:events";
import type net from "node:net";

let closed: Promise<unknown> | undefined;

export function play(socket: net.Socket): void {
  closed = once(socket, "close");
  socket.end("x");
  socket.resume();
}

/** @returns what resolves when the part has been played to its end; undefined when nobody has played it since the last call */
export function curtain(): Promise<unknown> | undefined {
  const last = closed;
  closed = undefined;
  return last;
}
