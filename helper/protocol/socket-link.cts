/** A link over a unix socket, by way of the addon: descriptors travel, and large data is read to where it belongs. */
import {
  type Addon,
  CONGESTED,
  CONGESTION_MS,
  Gathered,
  type Poller,
  READABLE,
  WRITABLE,
} from "../../native/addon/addon.cjs";
import type { MessageLink } from "./channel.cjs";
import { LOST_HANDLE } from "./frame.cjs";
import { keepPieces, type LinkEvents, takeSent } from "./link.cjs";
import type { MessageType, Outgoing } from "./message.cjs";
import type { Value } from "./values.cjs";

const READ_BYTES = 65_536;

/** One buffer for all links: whatever is read is taken before the next read. Undefined while that is going on. */
let free: Buffer | undefined = Buffer.allocUnsafeSlow(READ_BYTES);

/** A busy peer must not keep the rest of the event loop waiting. */
const READS_PER_TURN = 32;

const NO_FDS: readonly number[] = [];

interface Batch {
  pieces: Uint8Array[];
  fds: readonly number[];
}

export class SocketLink implements MessageLink {
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

  get fd(): number {
    return this.#fd;
  }

  write(pieces: Uint8Array[], fds: readonly number[], isOurs = false): boolean {
    const batch = { pieces, fds };
    if (this.#waiting.length === 0 && this.#send(batch)) return true;
    if (!isOurs) batch.pieces = keepPieces(batch.pieces);
    this.#waiting.push(batch);
    this.#watch();
    return false;
  }

  /** The addon's encoder is the shortest way to the kernel; it takes short messages only. */
  sendMessage(type: MessageType, id: number, values: readonly Outgoing[], fds: readonly number[]): number {
    if (this.#fd < 0) {
      this.discard(fds);
      return 0;
    }
    if (this.#waiting.length > 0) return -1;
    try {
      return this.#addon.sendMessage(this.#fd, type, id, values, fds);
    } catch (error) {
      this.discard(fds);
      this.#failToSend(error as NodeJS.ErrnoException);
      return 0;
    }
  }

  gather(what: Gathered): Value {
    return what === Gathered.Environment ? this.#addon.environment() : this.#addon.inheritance();
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

  discard(fds: readonly number[]): void {
    for (const fd of fds) if (fd !== LOST_HANDLE) this.#addon.close(fd);
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#poller.close();
    this.#addon.close(this.#fd);
    this.#fd = -1;
    this.#dropWaiting();
  }

  /**
   * Gives up the connection, unharmed.
   * @returns its descriptor, now the caller's; undefined when something waits to be written: ask again later
   */
  release(): number | undefined {
    const fd = this.#fd;
    if (fd < 0 || this.#waiting.length > 0) return undefined;
    this.#poller.close();
    this.#fd = -1;
    return fd;
  }

  /** Takes what has arrived already, without waiting for the event loop. */
  readNow(): void {
    this.#read();
  }

  #dropWaiting(): void {
    for (const { fds } of this.#waiting.splice(0)) this.discard(fds);
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
    // Whoever is told of what has come may read from another link.
    const room = free ?? Buffer.allocUnsafeSlow(READ_BYTES);
    free = undefined;
    try {
      for (let reads = 0; reads < READS_PER_TURN && this.#fd >= 0 && !this.#paused; reads++)
        if (!this.#readOnce(room)) return;
    } finally {
      free = room;
    }
  }

  /** @returns false when that was most likely all there was */
  #readOnce(room: Buffer): boolean {
    const events = this.#events as LinkEvents;
    const target = events.target();
    const space = target ?? room;
    let result: number | [number, ...number[]];
    try {
      result = this.#addon.recvmsg(this.#fd, space);
    } catch (error) {
      // The other side ended before it had read everything; that is an end like any other.
      this.#end((error as NodeJS.ErrnoException).code === "ECONNRESET" ? undefined : (error as Error));
      return false;
    }
    const bytes = typeof result === "number" ? result : result[0];
    const fds = typeof result === "number" ? NO_FDS : result.slice(1);
    if (bytes === 0) this.#end();
    if (bytes <= 0) return false;
    if (target === undefined) events.data(room, bytes, fds);
    else events.filled(bytes, fds);
    return bytes === space.byteLength || fds.length > 0;
  }

  /** True when nothing of the batch is left to be written. */
  #send(batch: Batch): boolean {
    while (this.#fd >= 0) {
      let sent: number;
      try {
        sent = this.#addon.sendmsg(this.#fd, batch.pieces, batch.fds as number[]);
      } catch (error) {
        this.discard(batch.fds);
        this.#failToSend(error as NodeJS.ErrnoException);
        return true;
      }
      if (sent === CONGESTED) this.#sendLater();
      if (sent < 0) return false;
      if (batch.fds.length > 0) this.discard(batch.fds);
      batch.fds = NO_FDS;
      if (takeSent(batch.pieces, sent)) return true;
    }
    this.discard(batch.fds);
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

  #failToSend(error: NodeJS.ErrnoException): void {
    // The peer is gone: what it said before is still to be read, and then the end.
    if (error.code !== "EPIPE" && error.code !== "ECONNRESET") setImmediate(() => this.#end(error));
  }

  #end(error?: Error): void {
    if (this.#fd < 0) return;
    this.close();
    this.#events?.end(error);
  }
}
