/** The worker that a rehearsal plays: what it does, real ones do. */
import { once } from "node:events";
import type net from "node:net";

/** Resolves when the part has been played. */
export let closed: Promise<unknown> | undefined;

export function play(socket: net.Socket): void {
  closed = once(socket, "close");
  socket.end("x");
  socket.resume();
}
