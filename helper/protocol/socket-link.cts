/** A link over a unix socket, by way of the addon: descriptors travel, and large data is read to where it belongs. */
import { type Addon, CONGESTED, CONGESTION_MS, type Poller, READABLE, WRITABLE } from "../../native/addon/addon.cjs";
import { keepPieces, type Link, type LinkEvents, takeSent } from "./link.cjs";
import { LOST_HANDLE } from "./message.cjs";

/** One buffer for all links: whatever is read is taken before the next read. */
const received = Buffer.allocUnsafeSlow(65_536);
/** A busy peer must not keep the rest of the event loop waiting. */
const READS_PER_TURN = 32;

const NO_FDS: readonly number[] = [];

interface Batch {
  pieces: Uint8Array[];
  fds: readonly number[];
}

export class SocketLink implements Link {
  readonly carriesHandles = true;
  readonly #addon: Addon;
  readonly #poller: Poller;
  /** What the socket had no room for. */
  readonly #waiting: Batch[] = [];
  #events: LinkEvents | undefined;
  #fd: number;
  #watched = 0;
  #paused = false;
  /** Waits, although the socket can be written to. */
  #congested = false;

  /** @param fd the link's from now on */
  constructor(addon: Addon, fd: number) {
    this.#addon = addon;
    this.#fd = fd;
    this.#poller = new addon.Poller(fd, (ready) => this.#onReady(ready), 0);
  }

  open(events: LinkEvents): void {
    this.#events = events;
    this.#watch();
  }

  write(pieces: Uint8Array[], fds: readonly number[]): boolean {
    const batch = { pieces, fds };
    if (this.#waiting.length === 0 && this.#send(batch)) return true;
    this.#waiting.push({ pieces: keepPieces(batch.pieces), fds: batch.fds });
    this.#watch();
    return false;
  }

  pause(): void {
    this.#paused = true;
    this.#watch();
  }

  resume(): void {
    this.#paused = false;
    this.#watch();
  }

  setReferenced(referenced: boolean): void {
    if (referenced) this.#poller.ref();
    else this.#poller.unref();
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#poller.close();
    this.#addon.close(this.#fd);
    this.#fd = -1;
    for (const { fds } of this.#waiting.splice(0)) this.#closeAll(fds);
  }

  /** Tells the poller what is of interest now; it costs a system call each time. */
  #watch(): void {
    if (this.#fd < 0) return;
    const events = (this.#paused ? 0 : READABLE) | (this.#waiting.length > 0 && !this.#congested ? WRITABLE : 0);
    if (events === this.#watched) return;
    this.#watched = events;
    if (events === 0) this.#poller.stop();
    else this.#poller.start(events);
  }

  #onReady(ready: number): void {
    if (ready & WRITABLE) this.#writeWaiting();
    if (ready & READABLE) this.#read();
  }

  #read(): void {
    for (let reads = 0; reads < READS_PER_TURN && this.#fd >= 0 && !this.#paused; reads++) {
      const events = this.#events as LinkEvents;
      const target = events.target();
      const space = target ?? received;
      let result: number | [number, ...number[]];
      try {
        result = this.#addon.recvmsg(this.#fd, space);
      } catch (error) {
        return this.#end((error as NodeJS.ErrnoException).code === "ECONNRESET" ? undefined : (error as Error));
      }
      const bytes = typeof result === "number" ? result : result[0];
      const fds = typeof result === "number" ? NO_FDS : result.slice(1);
      if (fds.at(-1) === LOST_HANDLE) {
        this.#closeAll(fds);
        return this.#end(new Error("there was no descriptor left for a handle that came (EMFILE)"));
      }
      if (bytes === 0) return this.#end();
      if (bytes < 0) return;
      if (target === undefined) events.data(received, bytes, fds);
      else events.filled(bytes, fds);
      if (bytes < space.byteLength && fds.length === 0) return; // most likely all there was
    }
  }

  /** True when nothing of the batch is left to be written. */
  #send(batch: Batch): boolean {
    while (this.#fd >= 0) {
      let sent: number;
      try {
        sent = this.#addon.sendmsg(this.#fd, batch.pieces, batch.fds as number[]);
      } catch (error) {
        this.#closeAll(batch.fds);
        const { code } = error as NodeJS.ErrnoException;
        // The peer is gone: what it said before is still to be read, and then the end.
        if (code !== "EPIPE" && code !== "ECONNRESET") setImmediate(() => this.#end(error as Error));
        return true;
      }
      if (sent === CONGESTED) this.#sendLater();
      if (sent < 0) return false;
      if (batch.fds.length > 0) this.#closeAll(batch.fds);
      batch.fds = NO_FDS;
      if (takeSent(batch.pieces, sent)) return true;
    }
    this.#closeAll(batch.fds);
    return true;
  }

  #sendLater(): void {
    this.#congested = true;
    const timer = setTimeout(() => {
      this.#congested = false;
      this.#writeWaiting();
    }, CONGESTION_MS);
    timer.unref();
  }

  #writeWaiting(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#send(first)) return this.#watch();
      this.#waiting.shift();
    }
    this.#watch();
    if (this.#fd >= 0) this.#events?.drained();
  }

  #end(error?: Error): void {
    if (this.#fd < 0) return;
    this.close();
    this.#events?.end(error);
  }

  #closeAll(fds: readonly number[]): void {
    for (const fd of fds) this.#addon.close(fd);
  }
}
