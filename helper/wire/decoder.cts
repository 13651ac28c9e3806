/** Cuts a stream of bytes and descriptors into messages. */
import { decodeValues, HEADER_BYTES, MAX_HANDLES, type Message, MessageType } from "./message.cjs";

interface Header {
  length: number;
  type: MessageType;
  handles: number;
  id: number;
}

export class Decoder {
  readonly #maxPayloadBytes: number;
  readonly #fds: number[] = [];
  readonly #start = Buffer.alloc(HEADER_BYTES);
  #startBytes = 0;
  #header: Header | undefined;
  #payload: Buffer | undefined;
  #payloadBytes = 0;

  /** @param maxPayloadBytes a longer message is refused before anything is allocated for it */
  constructor(maxPayloadBytes: number) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /**
   * @param fds descriptors that came with these bytes; owned by the decoder until a message takes them
   * @throws RangeError when the bytes are no message; the stream is lost then
   */
  *push(bytes: Uint8Array, fds: readonly number[] = []): Generator<Message> {
    this.#fds.push(...fds);
    const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; ; ) {
      if (this.#header === undefined) {
        offset += this.#fillStart(input, offset);
        if (this.#startBytes < HEADER_BYTES) return;
        this.#header = this.#readHeader();
        this.#startBytes = 0;
      }
      const { length } = this.#header;
      if (this.#payload === undefined && input.length - offset >= length) {
        yield this.#finish(input.subarray(offset, offset + length), false);
        offset += length;
        continue;
      }
      this.#payload ??= Buffer.allocUnsafe(length);
      const copied = input.copy(this.#payload, this.#payloadBytes, offset);
      offset += copied;
      this.#payloadBytes += copied;
      if (this.#payloadBytes < length) return;
      yield this.#finish(this.#payload, true);
    }
  }

  /** Descriptors that no message has taken; from now on the caller's. */
  takeFds(): number[] {
    return this.#fds.splice(0);
  }

  #fillStart(input: Buffer, offset: number): number {
    const copied = input.copy(this.#start, this.#startBytes, offset);
    this.#startBytes += copied;
    return copied;
  }

  #readHeader(): Header {
    const header = {
      length: this.#start.readUInt32LE(0),
      type: this.#start.readUInt8(4) as MessageType,
      handles: this.#start.readUInt8(5),
      id: this.#start.readUInt32LE(8),
    };
    if (MessageType[header.type] === undefined)
      throw new RangeError(`unknown message type 0x${header.type.toString(16)}`);
    if (header.handles > MAX_HANDLES) throw new RangeError(`a message with ${header.handles} descriptors`);
    if (this.#start.readUInt16LE(6) !== 0) throw new RangeError("a message header with reserved bits set");
    if (header.length > this.#maxPayloadBytes) throw new RangeError(`a message of ${header.length} bytes`);
    return header;
  }

  #finish(payload: Buffer, owned: boolean): Message {
    const { type, id, handles } = this.#header as Header;
    if (this.#fds.length < handles) throw new RangeError("a message came without its descriptors");
    const values = decodeValues(payload, owned);
    this.#header = undefined;
    this.#payload = undefined;
    this.#payloadBytes = 0;
    return { type, id, values, handles: this.#fds.splice(0, handles) };
  }
}
