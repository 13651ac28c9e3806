/** Frames of rpc made and read without any link. */

import type { Frame } from "../../helper/protocol/frame.cjs";
import { FrameReader } from "../../helper/protocol/frame-reader.cjs";
import { FrameWriter } from "../../helper/protocol/frame-writer.cjs";
import type { Link } from "../../helper/protocol/link.cjs";
import { type FrameType, RPC } from "../../helper/rpc/frame-type.cjs";
import { readValues, type Serializer, writeValues } from "../../helper/rpc/values.cjs";

const MAX_FRAME_BYTES = 256 * 1024 * 1024;
/** More show nothing new, and take long. */
const MAX_PIECES = 300;

/** A link that keeps what is written. */
export class Recorder implements Link {
  readonly carriesHandles = true;
  readonly pieces: Uint8Array[] = [];
  readonly fds: number[] = [];

  open(): void {}

  write(pieces: Uint8Array[], fds: readonly number[]): boolean {
    // The writer's memory is the writer's again afterwards.
    this.pieces.push(...pieces.map((piece) => Uint8Array.from(piece)));
    this.fds.push(...fds);
    return true;
  }

  take(): Buffer {
    return Buffer.concat(this.pieces.splice(0));
  }

  pause(): void {}
  resume(): void {}
  setReferenced(): void {}
  discard(): void {}
  close(): void {}
}

export interface FrameContent {
  type: FrameType;
  id?: number;
  extra?: number;
  values?: readonly unknown[];
}

export function encodeFrames(frames: readonly FrameContent[], serializer?: Serializer): Buffer {
  const recorder = new Recorder();
  const writer = new FrameWriter(RPC, MAX_FRAME_BYTES);
  writer.attach(recorder);
  for (const { type, id = 0, extra = 0, values = [] } of frames) {
    writer.begin(type, id, extra);
    writeValues(writer, values, serializer);
    writer.end();
  }
  writer.flush();
  return recorder.take();
}

/**
 * Reads frames that come in pieces of these sizes, again and again; a piece goes to where the reader wants it when it asks
 * for that.
 */
export function decodeFrames(
  bytes: Buffer,
  sizes: readonly number[],
  serializer?: Serializer,
): Required<FrameContent>[] {
  const frames: Required<FrameContent>[] = [];
  const onFrame = (frame: Frame) => {
    const { type, id, extra } = frame;
    frames.push({ type, id, extra, values: readValues(frame, serializer) });
  };
  const reader = new FrameReader({ vocabulary: RPC, maxFrameBytes: MAX_FRAME_BYTES, onFrame });
  feed(reader, bytes, sizes);
  return frames;
}

export function feed(reader: FrameReader, bytes: Buffer, sizes: readonly number[]): void {
  const least = Math.ceil(bytes.length / MAX_PIECES);
  let offset = 0;
  for (let turn = 0; offset < bytes.length; turn++) {
    const size = Math.max(least, sizes[turn % sizes.length] ?? bytes.length);
    const target = reader.target();
    const length = Math.min(size, bytes.length - offset, target?.byteLength ?? Number.POSITIVE_INFINITY);
    const piece = bytes.subarray(offset, offset + length);
    offset += length;
    if (target === undefined) {
      // The reader may not keep it: the next piece comes to the same place.
      const received = Buffer.from(piece);
      reader.data(received, length, []);
      received.fill(0xee);
    } else {
      target.set(piece);
      reader.filled(length, []);
    }
  }
}
