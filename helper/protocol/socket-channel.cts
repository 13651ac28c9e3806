/** A channel over a unix socket with descriptor passing, by way of the addon. */
import {
  type Addon,
  CONGESTED,
  CONGESTION_MS,
  Gathered,
  type Poller,
  READABLE,
  WRITABLE,
} from "../../native/addon/addon.cjs";
import type { Channel, ChannelEvents } from "./channel.cjs";
import { Decoder } from "./decoder.cjs";
import { encodeMessage, LOST_HANDLE, type Message, type MessageType, type Outgoing, type Value } from "./message.cjs";

/** One buffer for all channels: whatever is read is decoded before the next read. */
const received = Buffer.allocUnsafeSlow(65_536);

interface Waiting {
  pieces: Uint8Array[];
  fds: number[];
}

export interface SocketChannelOptions {
  addon: Addon;
  /** The channel's from now on. */
  fd: number;
  events: ChannelEvents;
  maxPayloadBytes: number;
}

export class SocketChannel implements Channel {
  readonly carriesHandles = true;
  readonly #addon: Addon;
  readonly #events: ChannelEvents;
  readonly #decoder: Decoder;
  readonly #outgoing: Waiting[] = [];
  readonly #poller: Poller;
  #fd: number;
  #watched = READABLE;

  constructor({ addon, fd, events, maxPayloadBytes }: SocketChannelOptions) {
    this.#addon = addon;
    this.#fd = fd;
    this.#events = events;
    this.#decoder = new Decoder(maxPayloadBytes);
    this.#poller = new addon.Poller(fd, (ready) => this.#onReady(ready), READABLE);
  }

  get fd(): number {
    return this.#fd;
  }

  send(type: MessageType, id: number, values: readonly Outgoing[] = [], handles: readonly number[] = []): void {
    if (this.#fd < 0) return this.discard(handles);
    let left = -1;
    if (this.#outgoing.length === 0) {
      try {
        left = this.#addon.sendMessage(this.#fd, type, id, values, handles);
      } catch (error) {
        this.discard(handles);
        return this.#failToSend(error as NodeJS.ErrnoException);
      }
      if (left === 0) return;
    }
    this.#queue(type, id, values, handles, left);
  }

  /** @param left how much of it the socket had no room for; -1: it has not been tried */
  #queue(type: MessageType, id: number, given: readonly Outgoing[], handles: readonly number[], left: number): void {
    const values = given.map((value) => (typeof value === "number" ? gather(this.#addon, value) : value));
    const pieces = encodeMessage(type, id, values, handles.length);
    const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const sent = left < 0 ? 0 : length - left;
    if (sent > 0) advance(pieces, sent);
    this.#outgoing.push({ pieces, fds: sent > 0 ? [] : [...handles] });
    if (this.#outgoing.length === 1) this.#flush();
  }

  discard(handles: readonly number[]): void {
    for (const fd of handles) if (fd !== LOST_HANDLE) this.#addon.close(fd);
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
    for (const { fds } of this.#outgoing.splice(0)) this.discard(fds);
    this.discard(this.#decoder.takeFds());
  }

  /**
   * Gives up the connection between two messages, unharmed.
   * @returns its descriptor, now the caller's; undefined when a message is half sent or half received: ask again later
   */
  release(): number | undefined {
    const fd = this.#fd;
    if (fd < 0 || this.#outgoing.length > 0 || !this.#decoder.isIdle) return undefined;
    this.#poller.close();
    this.#fd = -1;
    return fd;
  }

  /** Takes what has arrived already, without waiting for the event loop. */
  readNow(): void {
    this.#read();
  }

  #onReady(ready: number): void {
    if (ready & WRITABLE) this.#flush();
    if (ready & READABLE) this.#read();
  }

  #read(): void {
    while (this.#fd >= 0) {
      let result: number | [number, ...number[]];
      try {
        result = this.#addon.recvmsg(this.#fd, received);
      } catch (error) {
        // The other side ended before it had read everything; that is an end like any other.
        return this.#end((error as NodeJS.ErrnoException).code === "ECONNRESET" ? undefined : (error as Error));
      }
      const bytes = typeof result === "number" ? result : result[0];
      const fds = typeof result === "number" ? [] : result.slice(1);
      if (bytes === 0) return this.#end();
      if (bytes < 0) return;
      if (!this.#decode(bytes, fds)) return;
      if (bytes < received.length && fds.length === 0) return; // most likely all there was
    }
  }

  /**
   * @param bytes that were received
   * @returns false when the connection has ended
   */
  #decode(bytes: number, fds: number[]): boolean {
    let first: Message | undefined;
    try {
      first = this.#decoder.takeWhole(received, 0, bytes, fds);
    } catch (error) {
      this.#end(error as Error);
      return false;
    }
    if (first === undefined) return this.#decodeRest([], 0, bytes, fds);
    if (this.#decoder.taken < bytes) return this.#decodeRest([first], this.#decoder.taken, bytes, fds);
    this.#events.message(first);
    return this.#fd >= 0;
  }

  /** All of them before any is told of: whoever is told may read from another channel, to the same buffer. */
  #decodeRest(messages: Message[], from: number, bytes: number, fds: number[]): boolean {
    let failure: Error | undefined;
    try {
      this.#decoder.takeAll(received, from, bytes, fds, messages);
    } catch (error) {
      failure = error as Error;
    }
    for (let i = 0; i < messages.length; i++) {
      if (this.#fd < 0) {
        for (const { handles } of messages.slice(i)) this.discard(handles);
        return false;
      }
      this.#events.message(messages[i] as Message);
    }
    if (failure !== undefined) this.#end(failure);
    return this.#fd >= 0;
  }

  #flush(): void {
    while (this.#fd >= 0) {
      const first = this.#outgoing[0];
      if (first === undefined) return this.#watch(READABLE);
      let sent: number;
      try {
        sent = this.#addon.sendmsg(this.#fd, first.pieces, first.fds);
      } catch (error) {
        return this.#failToSend(error as NodeJS.ErrnoException);
      }
      if (sent === CONGESTED) return this.#flushLater();
      if (sent < 0) return this.#watch(READABLE | WRITABLE);
      this.discard(first.fds.splice(0));
      if (advance(first.pieces, sent)) this.#outgoing.shift();
    }
  }

  #flushLater(): void {
    this.#watch(READABLE); // it can be written to all the while
    setTimeout(() => this.#flush(), CONGESTION_MS).unref();
  }

  #failToSend(error: NodeJS.ErrnoException): void {
    // The read side tells what happened, unless it was this message that could not be sent.
    if (error.code === "EPIPE" || error.code === "ECONNRESET") this.#failLater();
    else this.#end(error);
  }

  /** The peer is gone; what it said before is still to be read. */
  #failLater(): void {
    for (const { fds } of this.#outgoing.splice(0)) this.discard(fds);
    this.#watch(READABLE);
  }

  #watch(events: number): void {
    if (events === this.#watched) return;
    this.#watched = events;
    this.#poller.start(events);
  }

  #end(error?: Error): void {
    if (this.#fd < 0) return;
    this.close();
    this.#events.end(error);
  }
}

function gather(addon: Addon, what: Gathered): Value {
  return what === Gathered.Environment ? addon.environment() : addon.inheritance();
}

/** Takes `sent` bytes off the front; true when nothing is left. */
function advance(pieces: Uint8Array[], sent: number): boolean {
  let rest = sent;
  for (let first = pieces[0]; first !== undefined; first = pieces[0]) {
    if (rest < first.byteLength) {
      pieces[0] = first.subarray(rest);
      return false;
    }
    rest -= first.byteLength;
    pieces.shift();
  }
  return true;
}
