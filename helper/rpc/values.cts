/** How arguments, results and events become bytes. Simple values have a form of their own; the rest is the serialiser's. */
import { LARGE_PIECE_BYTES } from "../wire/link.cjs";
import { cloneOf, unclone } from "./clone.cjs";
import type { Frame } from "./frame.cjs";
import type { FrameWriter } from "./frame-writer.cjs";
import { copyOf, handleOf, type OpenedHandle, openHandle } from "./handles.cjs";

/** Turns values into bytes and back, instead of structured clone. Both sides need the same one. */
export interface Serializer {
  serialize(value: unknown): Uint8Array;
  /** @param bytes yours to keep */
  deserialize(bytes: Buffer): unknown;
}

enum Tag {
  Undefined = 0,
  Null = 1,
  True = 2,
  False = 3,
  Integer = 4,
  Double = 5,
  Ascii = 6,
  String = 7,
  Buffer = 8,
  Octets = 9,
  /** The next element of the clone. */
  Cloned = 10,
  Serialized = 11,
  Handle = 12,
  /** The clone of an array with all that was too much for us; then what lies beside it. */
  Clone = 13,
  Beside = 14,
}

/** Up to here a loop beats a call into the runtime. */
const SHORT_STRING = 24;
/** Up to here it is not worth counting a string's bytes before room is made for it. */
const MEDIUM_STRING = 4096;

/** What a value could not be sent for; the peer has seen nothing of it. */
export class Unserializable extends Error {}

/** @throws Unserializable; descriptors that were added to the frame by then are the writer's to undo */
export function writeValues(writer: FrameWriter, values: readonly unknown[], serializer: Serializer | undefined): void {
  let cloned: unknown[] | undefined;
  for (const value of values) {
    if (writeSimple(writer, value, serializer)) continue;
    cloned ??= [];
    cloned.push(value);
    writeTag(writer, Tag.Cloned);
  }
  if (cloned !== undefined) writeClone(writer, cloned);
}

function writeSimple(writer: FrameWriter, value: unknown, serializer: Serializer | undefined): boolean {
  if (value === undefined) return writeTag(writer, Tag.Undefined);
  if (typeof value === "object" && value !== null && writeHandle(writer, value)) return true;
  if (serializer !== undefined) return writeSerialized(writer, value, serializer);
  switch (typeof value) {
    case "number":
      return writeNumber(writer, value);
    case "string":
      return writeString(writer, value);
    case "boolean":
      return writeTag(writer, value ? Tag.True : Tag.False);
    case "object":
      if (value === null) return writeTag(writer, Tag.Null);
      if (value instanceof Uint8Array && (value.constructor === Uint8Array || value.constructor === Buffer))
        return writeOctets(writer, Buffer.isBuffer(value) ? Tag.Buffer : Tag.Octets, value);
      return false;
    default:
      return false;
  }
}

function writeTag(writer: FrameWriter, tag: Tag): true {
  writer.reserve(1);
  writer.slab[writer.at++] = tag;
  return true;
}

function writeNumber(writer: FrameWriter, value: number): true {
  writer.reserve(9);
  const { slab, at } = writer;
  if ((value | 0) === value && !Object.is(value, -0)) {
    slab[at] = Tag.Integer;
    writer.at = slab.writeInt32LE(value, at + 1);
  } else {
    slab[at] = Tag.Double;
    writer.at = slab.writeDoubleLE(value, at + 1);
  }
  return true;
}

function writeString(writer: FrameWriter, value: string): true {
  const { length } = value;
  if (length <= SHORT_STRING && writeAscii(writer, value)) return true;
  const room = length <= MEDIUM_STRING ? length * 3 : Buffer.byteLength(value);
  writer.reserve(5 + room);
  const { slab, at } = writer;
  const bytes = slab.write(value, at + 5, "utf8");
  slab[at] = Tag.String;
  writer.at = slab.writeUInt32LE(bytes, at + 1) + bytes;
  return true;
}

function writeAscii(writer: FrameWriter, value: string): boolean {
  writer.reserve(2 + SHORT_STRING);
  const { slab, at } = writer;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return false;
    slab[at + 2 + i] = code;
  }
  slab[at] = Tag.Ascii;
  slab[at + 1] = value.length;
  writer.at = at + 2 + value.length;
  return true;
}

function writeOctets(writer: FrameWriter, tag: Tag, octets: Uint8Array): true {
  writer.reserve(5);
  writer.slab[writer.at] = tag;
  writer.at = writer.slab.writeUInt32LE(octets.byteLength, writer.at + 1);
  writer.octets(octets);
  return true;
}

function writeSerialized(writer: FrameWriter, value: unknown, serializer: Serializer): true {
  let bytes: Uint8Array;
  try {
    bytes = serializer.serialize(value);
  } catch (error) {
    throw new Unserializable(messageOf(error), { cause: error });
  }
  return writeOctets(writer, Tag.Serialized, bytes);
}

function writeClone(writer: FrameWriter, values: unknown[]): void {
  let clone: ReturnType<typeof cloneOf>;
  try {
    clone = cloneOf(values);
  } catch (error) {
    throw new Unserializable(messageOf(error), { cause: error });
  }
  writeOctets(writer, Tag.Clone, clone.bytes);
  for (const octets of clone.beside) writeOctets(writer, Tag.Beside, octets);
}

function writeHandle(writer: FrameWriter, value: object): boolean {
  const handle = handleOf(value);
  if (handle === undefined) return false;
  if (!writer.carriesHandles) throw new Unserializable("handles can't travel to this process without the native addon");
  writer.descriptor(copyOf(handle.fd));
  writeTag(writer, Tag.Handle);
  writeTag(writer, handle.kind as number as Tag);
  return true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws Error when the frame's bytes are no values; its descriptors are then still the frame's */
export function readValues(frame: Frame, serializer: Serializer | undefined): unknown[] {
  return new ValueReader(frame, serializer).values();
}

class ValueReader {
  readonly #frame: Frame;
  readonly #serializer: Serializer | undefined;
  #at: number;

  constructor(frame: Frame, serializer: Serializer | undefined) {
    this.#frame = frame;
    this.#serializer = serializer;
    this.#at = frame.start;
  }

  values(): unknown[] {
    const values: unknown[] = [];
    const cloned: number[] = [];
    const { buffer, end } = this.#frame;
    while (this.#at < end) {
      const tag = buffer[this.#at++] as Tag;
      if (tag === Tag.Clone) {
        for (const value of this.#clone(cloned.length)) values[cloned.shift() as number] = value;
      } else {
        if (tag === Tag.Cloned) cloned.push(values.length);
        values.push(this.#simple(tag));
      }
    }
    if (this.#at > end || cloned.length > 0) throw new RangeError("values are cut off");
    return values;
  }

  #simple(tag: Tag): unknown {
    const { buffer } = this.#frame;
    switch (tag) {
      case Tag.Undefined:
      case Tag.Cloned:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.True:
        return true;
      case Tag.False:
        return false;
      case Tag.Integer:
        return buffer.readInt32LE(this.#take(4));
      case Tag.Double:
        return buffer.readDoubleLE(this.#take(8));
      case Tag.Ascii: {
        const length = buffer[this.#take(1)] as number;
        const start = this.#take(length);
        return buffer.toString("latin1", start, start + length);
      }
      case Tag.String: {
        const length = this.#length();
        const start = this.#take(length);
        return buffer.toString("utf8", start, start + length);
      }
      case Tag.Buffer:
        return this.#octets();
      case Tag.Octets: {
        const octets = this.#octets();
        return new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength);
      }
      case Tag.Serialized: {
        if (this.#serializer === undefined) throw new RangeError("a value by a serialiser that is not there");
        return this.#serializer.deserialize(this.#octets());
      }
      case Tag.Handle:
        return this.#handle();
      default:
        throw new RangeError(`a value of the unknown kind ${tag}`);
    }
  }

  #clone(expected: number): unknown[] {
    const { buffer, end } = this.#frame;
    const bytes = this.#octets();
    const beside: Uint8Array[] = [];
    while (this.#at < end && buffer[this.#at] === Tag.Beside) {
      this.#at++;
      beside.push(this.#octets());
    }
    const values = unclone({ bytes, beside });
    if (!Array.isArray(values) || values.length !== expected) throw new RangeError("a clone of something else");
    return values;
  }

  #handle(): OpenedHandle {
    const kind = this.#frame.buffer[this.#take(1)] as number;
    const fd = this.#frame.fds.shift();
    if (fd === undefined) throw new RangeError("a handle without its descriptor");
    return openHandle(kind, fd);
  }

  #length(): number {
    return this.#frame.buffer.readUInt32LE(this.#take(4));
  }

  #octets(): Buffer {
    const { buffer, owned } = this.#frame;
    const length = this.#length();
    const start = this.#take(length);
    const view = buffer.subarray(start, start + length);
    if (owned && length >= LARGE_PIECE_BYTES) return view;
    return Buffer.from(view);
  }

  /** @returns where so many bytes begin, and steps over them */
  #take(bytes: number): number {
    const start = this.#at;
    this.#at += bytes;
    if (this.#at > this.#frame.end) throw new RangeError("a value is cut off");
    return start;
  }
}
