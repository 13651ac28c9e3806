/** A channel over any duplex stream, for places without the addon. Handles can't travel over it. */
import type { Socket } from "node:net";
import type { Channel, ChannelEvents } from "./channel.cjs";
import { Decoder } from "./decoder.cjs";
import { encodeMessage, type MessageType, type Outgoing, type Value } from "./message.cjs";

export class StreamChannel implements Channel {
  readonly carriesHandles = false;
  readonly #stream: Socket;
  #closed = false;

  /** @param stream the channel's from now on */
  constructor(stream: Socket, events: ChannelEvents, maxPayloadBytes: number) {
    this.#stream = stream;
    const decoder = new Decoder(maxPayloadBytes);
    const end = (error?: Error) => {
      if (this.#closed) return;
      this.close();
      events.end(error);
    };
    stream.on("data", (bytes: Buffer) => {
      try {
        for (const message of decoder.push(bytes)) if (!this.#closed) events.message(message);
      } catch (error) {
        end(error as Error);
      }
    });
    stream.on("end", () => end());
    stream.on("close", () => end());
    stream.on("error", () => {}); // "close" follows
  }

  send(type: MessageType, id: number, values: readonly Outgoing[] = []): void {
    if (this.#closed) return;
    this.#stream.cork();
    for (const piece of encodeMessage(type, id, values as readonly Value[], 0)) this.#stream.write(piece);
    this.#stream.uncork();
  }

  /** None can have come. */
  discard(): void {}

  setReferenced(referenced: boolean): void {
    if (referenced) this.#stream.ref();
    else this.#stream.unref();
  }

  close(): void {
    this.#closed = true;
    this.#stream.destroy();
  }
}
