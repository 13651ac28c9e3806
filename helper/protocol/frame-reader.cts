/** Cuts what a link delivers into frames. */
import { checkHeader, type Frame, HEADER_BYTES, LOST_HANDLE, readHeader, type Vocabulary } from "./frame.cjs";

export interface FrameReaderOptions {
  vocabulary: Vocabulary;
  /** A longer frame is refused before anything is allocated for it. */
  maxFrameBytes: number;
  /** What this throws, the reader throws. */
  onFrame(frame: Frame): void;
}

const NO_FDS: number[] = [];

export class FrameReader {
  readonly #options: FrameReaderOptions;
  /** What has come and belongs to no frame yet. */
  readonly #fds: number[] = [];
  /** The first bytes of a header that has not come whole. */
  #start: Buffer | undefined;
  #startBytes = 0;
  /** A frame that has not come whole. */
  #partial: Frame | undefined;
  #partialBytes = 0;
  #reading = false;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** Nothing of a frame has come yet: the bytes and descriptors that follow begin one. */
  get isIdle(): boolean {
    return !this.#reading && this.#partial === undefined && this.#startBytes === 0 && this.#fds.length === 0;
  }

  /** Where the rest of a frame belongs. */
  target(): Uint8Array | undefined {
    return this.#partial?.buffer.subarray(this.#partialBytes);
  }

  /**
   * So many bytes are at the start of what target() gave.
   * @throws RangeError as data()
   */
  filled(bytes: number, fds: readonly number[]): void {
    if (fds.length > 0) this.#fds.push(...fds);
    this.#partialBytes += bytes;
    this.#finishPartial();
  }

  /**
   * @param input its first `bytes` have come; nothing of it is kept
   * @param fds descriptors that came with them, and LOST_HANDLE when there were more; the reader's until a frame takes them
   * @throws RangeError when the bytes are no frame; the stream is lost then
   */
  data(input: Buffer, bytes: number, fds: readonly number[]): void {
    if (fds.length > 0) this.#fds.push(...fds);
    this.#reading = true;
    let offset = this.#startBytes > 0 || this.#partial !== undefined ? this.#continue(input, bytes) : 0;
    while (bytes - offset >= HEADER_BYTES) {
      const frame = this.#frameAt(input, offset);
      offset = frame.end;
      if (offset > bytes) this.#begin(frame, input, bytes);
      else this.#options.onFrame(frame);
    }
    if (offset < bytes) this.#startBytes += input.copy(this.#roomForStart(), 0, offset, bytes);
    this.#reading = false;
  }

  /** Descriptors that nobody has taken; from now on the caller's. */
  takeFds(): number[] {
    return [...(this.#partial?.fds.splice(0) ?? []), ...this.#fds.splice(0)].filter((fd) => fd !== LOST_HANDLE);
  }

  #roomForStart(): Buffer {
    this.#start ??= Buffer.alloc(HEADER_BYTES);
    return this.#start;
  }

  /** Gives the beginning of the input to what has begun before; @returns how much that took */
  #continue(input: Buffer, bytes: number): number {
    let offset = 0;
    if (this.#startBytes > 0) {
      const start = this.#roomForStart();
      offset = input.copy(start, this.#startBytes, 0, bytes);
      this.#startBytes += offset;
      if (this.#startBytes < HEADER_BYTES) return bytes;
      this.#startBytes = 0;
      this.#begin(this.#frameAt(start, 0), start, HEADER_BYTES);
    }
    const partial = this.#partial;
    if (partial === undefined) return offset;
    const copied = input.copy(partial.buffer, this.#partialBytes, offset, bytes);
    this.#partialBytes += copied;
    this.#finishPartial();
    return offset + copied;
  }

  /** The frame whose header lies there, with the descriptors that came with the frame's first byte. */
  #frameAt(buffer: Buffer, at: number): Frame {
    const { vocabulary, maxFrameBytes } = this.#options;
    const header = readHeader(buffer, at);
    checkHeader(header, vocabulary, maxFrameBytes);
    const { type, extra, id, handles, length } = header;
    const start = at + HEADER_BYTES;
    const fds = handles === 0 ? NO_FDS : this.#take(handles);
    return { type, extra, id, buffer, start, end: start + length, owned: false, fds };
  }

  /** A set of descriptors that came incomplete ends with LOST_HANDLE, which stands for all that are missing. */
  #take(count: number): number[] {
    const lost = this.#fds.indexOf(LOST_HANDLE);
    if (lost >= 0 && lost < count) {
      const fds = this.#fds.splice(0, lost + 1);
      while (fds.length < count) fds.push(LOST_HANDLE);
      return fds;
    }
    if (this.#fds.length < count) throw new RangeError("descriptors are missing");
    return this.#fds.splice(0, count);
  }

  /** Gives the frame memory of its own, for what of the values lies between its start and `bytes` and for the rest. */
  #begin(frame: Frame, input: Buffer, bytes: number): void {
    const { start, end } = frame;
    this.#partial = frame;
    const buffer = Buffer.allocUnsafeSlow(end - start);
    this.#partialBytes = input.copy(buffer, 0, start, bytes);
    Object.assign(frame, { buffer, start: 0, end: buffer.length, owned: true });
  }

  #finishPartial(): void {
    const partial = this.#partial;
    if (partial === undefined || this.#partialBytes < partial.end) return;
    this.#partial = undefined;
    this.#options.onFrame(partial);
  }
}
