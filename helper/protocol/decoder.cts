/** Cuts a stream of bytes and descriptors into messages. */
import {
  decodeValues,
  HEADER_BYTES,
  LOST_HANDLE,
  type Message,
  MessageType,
  maxHandles,
  readUint32,
} from "./message.cjs";

interface Header {
  length: number;
  type: MessageType;
  id: number;
  /** They have come: they travel with the first byte of their message. */
  handles: number[];
}

export class Decoder {
  readonly #maxPayloadBytes: number;
  readonly #fds: number[] = [];
  /** The first bytes of a message that has not come whole. */
  #start: Buffer | undefined;
  #startBytes = 0;
  #taken = 0;
  #header: Header | undefined;
  #payload: Buffer | undefined;
  #payloadBytes = 0;

  /** @param maxPayloadBytes a longer message is refused before anything is allocated for it */
  constructor(maxPayloadBytes: number) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /**
   * @param fds descriptors that came with these bytes, and LOST_HANDLE when there were more; owned by the decoder until a
   *   message takes them
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

  /**
   * Most messages come whole: then this is all there is to do, and in a process that has just been born, which runs all code
   * for the first time, it is much less than push().
   * @param bytes where they lie between `start` and `end`; nothing of them is kept
   * @param fds as for push(); the array is the message's. With descriptors the message has to be alone
   * @returns undefined when the bytes begin with anything else; then nothing has happened, and push() is to be called
   * @throws RangeError when the values are none
   */
  takeWhole(bytes: Buffer, start: number, end: number, fds: number[]): Message | undefined {
    const room = end - start - HEADER_BYTES;
    if (room < 0 || !this.isIdle) return undefined;
    const length = readUint32(bytes, start);
    const type = bytes[start + 4] as MessageType;
    const handles = bytes[start + 5] as number;
    if (length > room || length > this.#maxPayloadBytes) return undefined;
    if (handles !== fds.length || (handles > 0 && (length < room || handles > maxHandles(type)))) return undefined;
    if (((bytes[start + 6] as number) | (bytes[start + 7] as number)) !== 0) return undefined;
    if (MessageType[type] === undefined) return undefined;
    const from = start + HEADER_BYTES;
    this.#taken = from + length;
    try {
      const values = decodeValues(bytes, false, from, this.#taken);
      return { type, id: readUint32(bytes, start + 8), values, handles: fds };
    } catch (error) {
      this.#fds.push(...fds);
      throw error;
    }
  }

  /**
   * Whatever these bytes are; for the parameters see takeWhole().
   * @param messages get what has come
   * @throws RangeError as push()
   */
  takeAll(bytes: Buffer, start: number, end: number, fds: number[], messages: Message[]): void {
    let at = start;
    do {
      const message = this.takeWhole(bytes, at, end, fds);
      if (message === undefined) {
        for (const one of this.push(bytes.subarray(at, end), fds)) messages.push(one);
        return;
      }
      messages.push(message);
      at = this.#taken;
    } while (at < end);
  }

  /** Where the message that takeWhole() took last ends. */
  get taken(): number {
    return this.#taken;
  }

  /** Nothing of a message has come yet: the bytes and descriptors that follow are a whole one. */
  get isIdle(): boolean {
    return this.#header === undefined && this.#startBytes === 0 && this.#fds.length === 0;
  }

  /** Descriptors that no message has taken away; from now on the caller's. */
  takeFds(): number[] {
    return [...(this.#header?.handles.splice(0) ?? []), ...this.#fds.splice(0)].filter((fd) => fd !== LOST_HANDLE);
  }

  #fillStart(input: Buffer, offset: number): number {
    this.#start ??= Buffer.allocUnsafe(HEADER_BYTES);
    const copied = input.copy(this.#start, this.#startBytes, offset);
    this.#startBytes += copied;
    return copied;
  }

  #readHeader(): Header {
    const start = this.#start as Buffer;
    const type = start.readUInt8(4) as MessageType;
    if (MessageType[type] === undefined) throw new RangeError(`unknown message type 0x${type.toString(16)}`);
    if (start.readUInt16LE(6) !== 0) throw new RangeError("a message header with reserved bits set");
    const length = start.readUInt32LE(0);
    if (length > this.#maxPayloadBytes) throw new RangeError(`a message of ${length} bytes`);
    const count = start.readUInt8(5);
    if (count > maxHandles(type))
      throw new RangeError(`a message of type ${MessageType[type]} with ${count} descriptors`);
    return { length, type, id: start.readUInt32LE(8), handles: this.#take(count) };
  }

  #take(count: number): number[] {
    const fds = this.#fds;
    while (fds.length < count && fds.at(-1) === LOST_HANDLE) fds.push(LOST_HANDLE);
    if (fds.length < count) throw new RangeError("a message came without its descriptors");
    return fds.splice(0, count);
  }

  #finish(payload: Buffer, owned: boolean): Message {
    const { type, id, handles } = this.#header as Header;
    const values = decodeValues(payload, owned);
    this.#header = undefined;
    this.#payload = undefined;
    this.#payloadBytes = 0;
    return { type, id, values, handles };
  }
}
