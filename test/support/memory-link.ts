/** Two links connected within one process: what is written to one is read from the other. */
import type { Link, LinkEvents } from "../../helper/protocol/link.cjs";

class MemoryLink implements Link {
  readonly carriesHandles = false;
  peer!: MemoryLink;
  #events: LinkEvents | undefined;
  readonly #incoming: (Buffer | "end")[] = [];
  #paused = false;
  #closed = false;
  #scheduled = false;

  open(events: LinkEvents): void {
    this.#events = events;
    this.#schedule();
  }

  write(pieces: Uint8Array[]): boolean {
    if (!this.#closed) this.peer.receive(Buffer.concat(pieces));
    return true;
  }

  receive(item: Buffer | "end"): void {
    this.#incoming.push(item);
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  setReferenced(): void {}
  discard(): void {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.peer.receive("end");
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (!this.#paused && !this.#closed && this.#events !== undefined) {
        const item = this.#incoming.shift();
        if (item === undefined) return;
        if (item !== "end") this.#events.data(item, item.length, []);
        else {
          this.#closed = true;
          this.#events.end();
        }
      }
    });
  }
}

export function linkPair(): [Link, Link] {
  const [one, other] = [new MemoryLink(), new MemoryLink()];
  one.peer = other;
  other.peer = one;
  return [one, other];
}
