/** Writing values that hold no others. */
import type { FrameWriter } from "../protocol/frame-writer.cjs";
import { writeU32 } from "../protocol/numbers.cjs";
import { Tag } from "./tags.cjs";

/** Up to here a loop beats a call into the runtime. */
const SHORT_STRING = 24;
/** Up to here it is not worth counting a string's bytes before room is made for it. */
const MEDIUM_STRING = 4096;

export function writeTag(writer: FrameWriter, tag: Tag): void {
  writer.reserve(1);
  writer.slab[writer.at++] = tag;
}

/** @param count at most 255 */
export function writeCount(writer: FrameWriter, tag: Tag, count: number): void {
  writer.reserve(2);
  writer.slab[writer.at++] = tag;
  writer.slab[writer.at++] = count;
}

/** @returns false when the value is something else */
export function writePrimitive(writer: FrameWriter, value: unknown): boolean {
  switch (typeof value) {
    case "number":
      writeNumber(writer, value);
      return true;
    case "string":
      writeString(writer, value);
      return true;
    case "boolean":
      writeTag(writer, value ? Tag.True : Tag.False);
      return true;
    case "undefined":
      writeTag(writer, Tag.Undefined);
      return true;
    case "object":
      if (value !== null) return false;
      writeTag(writer, Tag.Null);
      return true;
    default:
      return false;
  }
}

/**
 * @returns false when the value is something else; other views are more than their octets
 * @throws Error when the memory is shared: it can't be between processes, and a copy would be no such thing
 */
export function writeBytes(writer: FrameWriter, value: object): boolean {
  if (!(value instanceof Uint8Array)) return false;
  const isBuffer = Buffer.isBuffer(value);
  if (!isBuffer && value.constructor !== Uint8Array) return false;
  refuseShared(value);
  writeOctets(writer, isBuffer ? Tag.Buffer : Tag.Octets, value);
  return true;
}

/** @throws Error */
export function refuseShared(view: ArrayBufferView): void {
  if (view.buffer instanceof SharedArrayBuffer)
    throw new Error("memory can't be shared between processes; send a copy of it");
}

export function writeOctets(writer: FrameWriter, tag: Tag, octets: Uint8Array): void {
  writer.reserve(5);
  writer.slab[writer.at] = tag;
  writeU32(writer.slab, writer.at + 1, octets.byteLength);
  writer.at += 5;
  writer.octets(octets);
}

export function writeString(writer: FrameWriter, value: string): void {
  const { length } = value;
  if (length <= SHORT_STRING && writeAscii(writer, value)) return;
  if (!(value as string & { isWellFormed(): boolean }).isWellFormed())
    return writeOctets(writer, Tag.Utf16, Buffer.from(value, "utf16le"));
  const room = length <= MEDIUM_STRING ? length * 3 : Buffer.byteLength(value);
  writer.reserve(5 + room);
  const { slab, at } = writer;
  const bytes = slab.write(value, at + 5, "utf8");
  slab[at] = Tag.String;
  writeU32(slab, at + 1, bytes);
  writer.at = at + 5 + bytes;
}

function writeAscii(writer: FrameWriter, value: string): boolean {
  writer.reserve(2 + SHORT_STRING);
  const { slab, at } = writer;
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return false;
    slab[at + 2 + i] = code;
  }
  slab[at] = Tag.Ascii;
  slab[at + 1] = length;
  writer.at = at + 2 + length;
  return true;
}

function writeNumber(writer: FrameWriter, value: number): void {
  writer.reserve(9);
  const { slab, at } = writer;
  if ((value | 0) === value && !Object.is(value, -0)) {
    slab[at] = Tag.Integer;
    writeU32(slab, at + 1, value);
    writer.at = at + 5;
  } else {
    slab[at] = Tag.Double;
    writer.at = slab.writeDoubleLE(value, at + 1);
  }
}
