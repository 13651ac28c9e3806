/** One end of the control connection between a parent and a process: messages, over any link. */
import type { Gathered } from "../../native/addon/addon.cjs";
import { CHANNEL, type Content, encodeContent } from "./content.cjs";
import { isLogging, logReceived, logSent, type Peer } from "./debug-log.cjs";
import { type Frame, MAX_FRAME_BYTES } from "./frame.cjs";
import { FrameReader } from "./frame-reader.cjs";
import { FrameWriter } from "./frame-writer.cjs";
import { type Link, type LinkEvents, takeSent } from "./link.cjs";
import type { Message, MessageType, Outgoing } from "./message.cjs";
import { readValues, type Value, writeValue } from "./values.cjs";

export interface ChannelEvents extends Peer {
  /**
   * What this throws ends the connection.
   * @param message its descriptors are the receiver's
   */
  message(message: Message): void;
  /** The other side is gone or unintelligible; called once, after the last message. Not called after close(). */
  end(error?: Error): void;
}

/** A link that knows the channel's messages, for the sake of speed. */
export interface MessageLink extends Link {
  /**
   * @param fds the link's from now on, unless the first byte is left to be sent
   * @returns how many bytes are left to be sent by write(); -1: all of them, and nothing has been done
   */
  sendMessage(type: MessageType, id: number, values: readonly Outgoing[], fds: readonly number[]): number;
  gather(what: Gathered): Value;
}

const NOTHING: readonly never[] = [];

export class Channel implements LinkEvents {
  readonly #link: Link & Partial<MessageLink>;
  readonly #events: ChannelEvents;
  readonly #reader: FrameReader;
  /** Most never need one. */
  #writer: FrameWriter | undefined;
  /** How much of the message that is written has to be sent; -1: all. */
  #left = -1;
  #closed = false;

  /**
   * @param link the channel's from now on
   * @param maxPayloadBytes a longer message ends the connection
   */
  constructor(link: Link & Partial<MessageLink>, events: ChannelEvents, maxPayloadBytes: number) {
    this.#link = link;
    this.#events = events;
    const onFrame = (frame: Frame) => this.#onFrame(frame);
    this.#reader = new FrameReader({ vocabulary: CHANNEL, maxFrameBytes: maxPayloadBytes, onFrame });
    link.open(this);
  }

  /** False when handles can't travel over this channel. */
  get carriesHandles(): boolean {
    return this.#link.carriesHandles;
  }

  /** Nothing of a message has come. */
  protected get isIdle(): boolean {
    return this.#reader.isIdle;
  }

  /**
   * Sends one message, in order. Errors of the connection come as `end`.
   * @param values what is to be gathered only where handles can travel
   * @param handles owned by the channel from now on: closed once they are sent, or can't be
   */
  send(
    type: MessageType,
    id: number,
    values: readonly Outgoing[] = NOTHING,
    handles: readonly number[] = NOTHING,
  ): void {
    if (this.#closed) return this.discard(handles);
    if (isLogging) logSent(this.#events, { type, id, values, handles });
    this.#left = this.#link.sendMessage?.(type, id, values, handles) ?? -1;
    if (this.#left === 0) return;
    this.#writer ??= this.#openWriter();
    const writer = this.#writer;
    writer.begin(type, id);
    for (const value of values) writeValue(writer, typeof value === "number" ? this.#gather(value) : value);
    if (this.carriesHandles) for (const fd of handles) writer.descriptor(fd);
    writer.end();
    writer.flush();
  }

  /** Says that, as send() does. */
  say(content: Content, id = 0, handles: readonly number[] = NOTHING): void {
    this.send(content.type, id, encodeContent(content), handles);
  }

  /** Closes descriptors that nobody wants. */
  discard(handles: readonly number[]): void {
    this.#link.discard(handles);
  }

  /** Whether the connection keeps the event loop alive. */
  setReferenced(referenced: boolean): void {
    this.#link.setReferenced(referenced);
  }

  /** Closes at once; what was not written yet is lost. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#link.close();
    this.discard(this.#reader.takeFds());
  }

  data(buffer: Buffer, bytes: number, fds: readonly number[]): void {
    try {
      this.#reader.data(buffer, bytes, fds);
    } catch (error) {
      this.end(error as Error);
    }
  }

  target(): Uint8Array | undefined {
    return this.#reader.target();
  }

  filled(bytes: number, fds: readonly number[]): void {
    try {
      this.#reader.filled(bytes, fds);
    } catch (error) {
      this.end(error as Error);
    }
  }

  drained(): void {}

  end(error?: Error): void {
    if (this.#closed) return;
    this.close();
    this.#events.end(error);
  }

  #onFrame({ type, id, buffer, owned, start, end, fds }: Frame): void {
    if (this.#closed) return this.discard(fds);
    let values: (string | Buffer)[];
    try {
      values = readValues(buffer, owned, start, end);
    } catch (error) {
      this.discard(fds);
      throw error;
    }
    const message = { type, id, values, handles: fds };
    if (isLogging) logReceived(this.#events, message);
    this.#events.message(message);
  }

  #gather(what: Gathered): Value {
    if (this.#link.gather === undefined) throw new TypeError("what a program inherits travels with handles only");
    return this.#link.gather(what);
  }

  #openWriter(): FrameWriter {
    const writer = new FrameWriter(CHANNEL, MAX_FRAME_BYTES);
    writer.attach({
      carriesHandles: this.carriesHandles,
      write: (pieces, fds) => {
        const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
        const sent = this.#left < 0 ? 0 : length - this.#left;
        if (sent > 0) takeSent(pieces, sent);
        return this.#link.write(pieces, sent > 0 ? NOTHING : fds, true);
      },
    });
    return writer;
  }
}
