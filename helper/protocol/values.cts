/** The values of the channel's messages: strings and octets. */
import type { FrameWriter } from "./frame-writer.cjs";
import { LARGE_PIECE_BYTES } from "./link.cjs";
import { readU32, writeU32 } from "./numbers.cjs";

/** A string or octets. They arrive as what they were sent as. */
export type Value = string | Uint8Array;

/** kind u8, length u32 */
export const VALUE_HEADER_BYTES = 5;
const STRING = 0;
const OCTETS = 1;

/** Bytes that this value takes in a message. */
export function encodedBytes(value: Value): number {
  return VALUE_HEADER_BYTES + (typeof value === "string" ? Buffer.byteLength(value) : value.byteLength);
}

export function writeValue(writer: FrameWriter, value: Value): void {
  const length = typeof value === "string" ? Buffer.byteLength(value) : value.byteLength;
  const isShortString = typeof value === "string" && length < LARGE_PIECE_BYTES;
  writer.reserve(VALUE_HEADER_BYTES + (isShortString ? length : 0));
  const { slab, at } = writer;
  slab[at] = typeof value === "string" ? STRING : OCTETS;
  writeU32(slab, at + 1, length);
  writer.at = at + VALUE_HEADER_BYTES;
  if (isShortString) writer.at += slab.write(value, writer.at, "utf8");
  else writer.octets(typeof value === "string" ? Buffer.from(value) : value);
}

/**
 * @param payload in which the values lie between `start` and `end`
 * @param owned the payload is ours to keep: octets become views of it instead of copies
 * @throws RangeError when there are no values
 */
export function readValues(payload: Buffer, owned: boolean, start: number, end: number): (string | Buffer)[] {
  const values: (string | Buffer)[] = [];
  for (let offset = start; offset < end; ) {
    if (end - offset < VALUE_HEADER_BYTES) throw new RangeError("a value's header is cut off");
    const kind = payload[offset];
    const length = readU32(payload, offset + 1);
    offset += VALUE_HEADER_BYTES;
    if (length > end - offset) throw new RangeError("a value is longer than its message");
    if (kind === STRING) values.push(payload.toString("utf8", offset, offset + length));
    else if (kind === OCTETS) values.push(octetsOf(payload, offset, length, owned));
    else throw new RangeError(`a value is of the unknown kind ${kind}`);
    offset += length;
  }
  return values;
}

function octetsOf(payload: Buffer, offset: number, length: number, owned: boolean): Buffer {
  const view = payload.subarray(offset, offset + length);
  return owned ? view : Buffer.from(view);
}
