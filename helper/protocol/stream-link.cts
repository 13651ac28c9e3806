/** A link over any duplex stream, for places without the addon and for other machines. Descriptors can't travel over it. */
import type { Duplex } from "node:stream";
import { release } from "./kept-pieces.cjs";
import { keepPieces, type Link, type LinkEvents } from "./link.cjs";

type Referable = Duplex & { ref?(): void; unref?(): void };

export class StreamLink implements Link {
  readonly carriesHandles = false;
  readonly #stream: Referable;
  #events: LinkEvents | undefined;
  #blocked = false;
  #closed = false;

  /** @param stream the link's from now on */
  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("error", () => {}); // "close" follows
  }

  open(events: LinkEvents): void {
    this.#events = events;
    const end = () => {
      if (this.#closed) return;
      this.close();
      events.end();
    };
    this.#stream.on("data", (bytes: Buffer) => {
      if (!this.#closed) events.data(bytes, bytes.length, []);
    });
    this.#stream.on("end", end);
    this.#stream.on("close", end);
    if (this.#stream.destroyed) process.nextTick(end);
  }

  write(pieces: Uint8Array[], _fds: readonly number[], isOurs = false): boolean {
    if (this.#closed) return true;
    this.#stream.cork();
    for (const piece of isOurs ? pieces : keepPieces(pieces)) this.#stream.write(piece, () => this.#written(piece));
    this.#stream.uncork();
    // What write() returns is about its patience; until this is 0 the stream holds on to the pieces.
    this.#blocked = this.#stream.writableLength > 0;
    return !this.#blocked;
  }

  #written(piece: Uint8Array): void {
    release(piece);
    if (!this.#blocked || this.#stream.writableLength > 0) return;
    this.#blocked = false;
    if (!this.#closed) this.#events?.drained();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  setReferenced(referenced: boolean): void {
    if (referenced) this.#stream.ref?.();
    else this.#stream.unref?.();
  }

  /** None can have come. */
  discard(): void {}

  close(): void {
    this.#closed = true;
    this.#stream.destroy();
  }
}
