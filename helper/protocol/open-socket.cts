/** A descriptor as Node's socket. */
import type net from "node:net";

/**
 * Nothing is read before somebody asks for it, so a socket that nobody reads keeps no event loop alive.
 * @param fd the socket's from now on
 */
export function openSocket(fd: number): net.Socket {
  const options = { fd, readable: true, writable: true, manualStart: true };
  const { Socket } = loadNet();
  return new Socket(options);
}

let loaded: typeof net | undefined;

/** Not before it is needed: a template says hello without it. */
export function loadNet(): typeof net {
  loaded ??= require("node:net") as typeof net;
  return loaded;
}
