/** The worker's end of its socket. */
import type net from "node:net";
import type { Addon } from "../../native/addon/addon.cjs";
import { openSocket } from "../protocol/open-socket.cjs";

/** A copy must not become a standard stream that is missing. */
const FIRST_FREE_FD = 3;

/** A descriptor that becomes Node's socket when somebody needs one, or ahead of that. Whoever holds this owns it. */
export class WorkerEnd {
  readonly #addon: Addon | undefined;
  readonly #fd: number;
  #socket: net.Socket | undefined;

  /** @param fd this object's from now on */
  constructor(addon: Addon | undefined, fd: number) {
    this.#addon = addon;
    this.#fd = fd;
  }

  /** The caller's from now on, once the function is entered. Further calls give the same. */
  open(): net.Socket {
    this.#socket ??= openSocket(this.#fd);
    return this.#socket;
  }

  /**
   * As a descriptor, the caller's; this object is used up by it.
   * @throws the errno, when a socket was made of it and there is no room for a copy
   */
  release(): number {
    if (this.#socket === undefined) return this.#fd;
    const copy = (this.#addon as Addon).duplicate(this.#fd, FIRST_FREE_FD);
    this.#socket.destroy();
    return copy;
  }

  /** Nothing is told to the other end, which another process may go on with. */
  close(): void {
    if (this.#socket === undefined) this.#addon?.close(this.#fd);
    else this.#socket.destroy();
  }
}
