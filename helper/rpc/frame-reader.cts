/** Cuts what a link delivers into frames. */
import { type Frame, FrameType, HEADER_BYTES, MAX_FRAME_HANDLES } from "./frame.cjs";
import { readU32 } from "./numbers.cjs";

const NO_FDS: number[] = [];

export class FrameReader {
  readonly #maxFrameBytes: number;
  readonly #onFrame: (frame: Frame) => void;
  readonly #fds: number[] = [];
  /** A header that came in parts. */
  readonly #start = Buffer.alloc(HEADER_BYTES);
  #startBytes = 0;
  /** A frame that came in parts: header and values. */
  #partial: Buffer | undefined;
  #partialBytes = 0;

  /** @param maxFrameBytes a longer frame is refused before anything is allocated for it */
  constructor(maxFrameBytes: number, onFrame: (frame: Frame) => void) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#onFrame = onFrame;
  }

  /** Where the rest of a long frame belongs. */
  target(): Uint8Array | undefined {
    return this.#partial?.subarray(this.#partialBytes);
  }

  /** @throws RangeError when the bytes are no frame; the stream is lost then */
  filled(bytes: number, fds: readonly number[]): void {
    if (fds.length > 0) this.#fds.push(...fds);
    this.#partialBytes += bytes;
    this.#finishPartial();
  }

  /** @throws RangeError when the bytes are no frame; the stream is lost then */
  data(input: Buffer, bytes: number, fds: readonly number[]): void {
    if (fds.length > 0) this.#fds.push(...fds);
    let offset = this.#startBytes > 0 || this.#partial !== undefined ? this.#continue(input, bytes) : 0;
    while (bytes - offset >= HEADER_BYTES) {
      const end = offset + HEADER_BYTES + this.#lengthAt(input, offset);
      if (end > bytes) {
        this.#partial = Buffer.allocUnsafeSlow(end - offset);
        this.#partialBytes = input.copy(this.#partial, 0, offset, bytes);
        return;
      }
      this.#emit(input, offset, end, false);
      offset = end;
    }
    if (offset < bytes) this.#startBytes = input.copy(this.#start, 0, offset, bytes);
  }

  /** Descriptors that no frame has taken; from now on the caller's. */
  takeFds(): number[] {
    return this.#fds.splice(0);
  }

  /** Gives the beginning of the input to what has begun before; @returns how much that took */
  #continue(input: Buffer, bytes: number): number {
    let offset = 0;
    if (this.#startBytes > 0) {
      offset = input.copy(this.#start, this.#startBytes, 0, bytes);
      this.#startBytes += offset;
      if (this.#startBytes < HEADER_BYTES) return bytes;
      this.#partial = Buffer.allocUnsafeSlow(HEADER_BYTES + this.#lengthAt(this.#start, 0));
      this.#partialBytes = this.#start.copy(this.#partial);
      this.#startBytes = 0;
    }
    if (this.#partial === undefined) return offset;
    const copied = input.copy(this.#partial, this.#partialBytes, offset, bytes);
    this.#partialBytes += copied;
    this.#finishPartial();
    return offset + copied;
  }

  #finishPartial(): void {
    const partial = this.#partial;
    if (partial === undefined || this.#partialBytes < partial.length) return;
    this.#partial = undefined;
    this.#emit(partial, 0, partial.length, true);
  }

  #lengthAt(input: Buffer, offset: number): number {
    const length = readU32(input, offset);
    const type = input[offset + 4] as number;
    if (FrameType[type] === undefined) throw new RangeError(`unknown frame type 0x${type.toString(16)}`);
    if (length > this.#maxFrameBytes) throw new RangeError(`a frame of ${length} bytes`);
    if ((input[offset + 5] as number) > MAX_FRAME_HANDLES) throw new RangeError("a frame with too many descriptors");
    return length;
  }

  #emit(buffer: Buffer, offset: number, end: number, owned: boolean): void {
    const handles = buffer[offset + 5] as number;
    if (handles > this.#fds.length) throw new RangeError("a frame came without its descriptors");
    this.#onFrame({
      type: buffer[offset + 4] as FrameType,
      extra: (buffer[offset + 6] as number) | ((buffer[offset + 7] as number) << 8),
      id: readU32(buffer, offset + 8),
      buffer,
      start: offset + HEADER_BYTES,
      end,
      owned,
      fds: handles === 0 ? NO_FDS : this.#fds.splice(0, handles),
    });
  }
}
