/** A link over any duplex stream, for places without the addon and for other machines. Descriptors can't travel over it. */
import type { Duplex } from "node:stream";
import { release } from "./kept-pieces.cjs";
import { keepPieces, type Link, type LinkEvents } from "./link.cjs";

type Referable = Duplex & { ref?(): void; unref?(): void };

export class StreamLink implements Link {
  readonly carriesHandles = false;
  readonly #stream: Referable;
  #closed = false;

  /** @param stream the link's from now on */
  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("error", () => {}); // "close" follows
  }

  open(events: LinkEvents): void {
    const end = () => {
      if (this.#closed) return;
      this.close();
      events.end();
    };
    this.#stream.on("data", (bytes: Buffer) => {
      if (!this.#closed) events.data(bytes, bytes.length, []);
    });
    this.#stream.on("drain", () => {
      if (!this.#closed) events.drained();
    });
    this.#stream.on("end", end);
    this.#stream.on("close", end);
    if (this.#stream.destroyed) process.nextTick(end);
  }

  write(pieces: Uint8Array[]): boolean {
    if (this.#closed) return true;
    let room = true;
    this.#stream.cork();
    for (const piece of keepPieces(pieces)) room = this.#stream.write(piece, () => release(piece));
    this.#stream.uncork();
    return room;
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

  close(): void {
    this.#closed = true;
    this.#stream.destroy();
  }
}
