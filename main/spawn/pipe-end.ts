/** This program's end of a stream of another: a bare descriptor until somebody asks for the socket. */
import net from "node:net";
import type { Addon } from "../../native/addon/addon.cjs";

/** Streams whose descriptor another program has: what is left in them is not for this one to read. */
const lent = new WeakSet<object>();

/** @param stream what was given to a program as its own */
export function lend(stream: NodeJS.ReadableStream): void {
  lent.add(stream);
  stream.pause();
  // The stream may have asked the kernel for more already.
  const { _handle: handle } = stream as { _handle?: { reading?: boolean; readStop?(): void } };
  if (handle?.readStop === undefined) return;
  handle.reading = false;
  handle.readStop();
}

/** Node marks the streams that its own spawn() was given in the same way. */
function isLent(stream: object): boolean {
  return (
    lent.has(stream) || Object.getOwnPropertySymbols(stream).some(({ description }) => description === "kIsUsedAsStdio")
  );
}

const RELEASED = Symbol("released");
const WANTED = Symbol("wanted");

/** Reads nothing before the program is known to run: no data may come before its "spawn" event. */
class HeldSocket extends net.Socket {
  // Declared only: the first _read() comes while the base class is constructed.
  declare [RELEASED]: true | undefined;
  declare [WANTED]: number | undefined;

  override _read(size: number): void {
    if (this[RELEASED]) super._read(size);
    else this[WANTED] = size;
  }

  release(): void {
    this[RELEASED] = true;
    if (this[WANTED] !== undefined && !this.destroyed && !isLent(this)) super._read(this[WANTED]);
  }
}

export interface PipeEndOptions {
  addon: Addon;
  /** The end's from now on. */
  fd: number;
  /** Whether the program writes to it. */
  readable: boolean;
  /** Called once when it is closed. */
  closed(): void;
}

export class PipeEnd {
  readonly #addon: Addon;
  readonly #readable: boolean;
  readonly #closed: () => void;
  #fd: number;
  #socket: HeldSocket | undefined;
  #released = false;

  constructor({ addon, fd, readable, closed }: PipeEndOptions) {
    this.#addon = addon;
    this.#fd = fd;
    this.#readable = readable;
    this.#closed = closed;
  }

  get socket(): net.Socket {
    this.#socket ??= this.#open();
    return this.#socket;
  }

  /** The program runs, or never will: reading may begin. */
  release(): void {
    this.#released = true;
    this.#socket?.release();
  }

  /** The program has ended: what nobody reads is read to its end and thrown away, as child_process does. */
  finish(): void {
    if (this.#socket === undefined && this.#addon.ended(this.#fd)) return this.#close();
    const { socket } = this;
    if (socket.readable && !isLent(socket)) socket.resume();
  }

  destroy(): void {
    if (this.#socket !== undefined) this.#socket.destroy();
    else if (this.#fd >= 0) this.#close();
  }

  #open(): HeldSocket {
    const fd = this.#fd;
    this.#fd = -1;
    if (fd < 0) return new HeldSocket({ readable: this.#readable }).destroy() as HeldSocket;
    const socket = new HeldSocket({ fd, readable: this.#readable, writable: true });
    socket.once("close", this.#closed);
    if (this.#released) socket.release();
    return socket;
  }

  #close(): void {
    this.#addon.close(this.#fd);
    this.#fd = -1;
    this.#closed();
  }
}
