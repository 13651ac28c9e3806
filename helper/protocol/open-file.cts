/** An open file as rpc sends it. */
import fs = require("node:fs");

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
