/** Reading values back. Whatever the bytes are, nothing is read beyond their frame. */

import type net from "node:net";
import type { Frame } from "../protocol/frame.cjs";
import { closeDescriptors, openHandle, releaseHandle } from "../protocol/handles.cjs";
import { LARGE_PIECE_BYTES } from "../protocol/link.cjs";
import { readU32 } from "../protocol/numbers.cjs";
import { OpenFile } from "../protocol/open-file.cjs";
import type { HandleKind } from "../protocol/plans.cjs";
import { unclone } from "./clone.cjs";
import { keyAt } from "./keys.cjs";
import { HANDLE_KINDS, Tag } from "./tags.cjs";
import type { Serializer } from "./values.cjs";

type OpenedHandle = net.Socket | net.Server | OpenFile;

/** Deeper than anything that is written without a clone. */
const MAX_DEPTH = 64;

export class ValueReader {
  readonly #frame: Frame;
  readonly #serializer: Serializer | undefined;
  #at: number;
  #depth = 0;
  #opened: OpenedHandle[] | undefined;

  constructor(frame: Frame, serializer: Serializer | undefined) {
    this.#frame = frame;
    this.#serializer = serializer;
    this.#at = frame.start;
  }

  /** @throws Error when the frame's bytes are no values; descriptors that were not read are still the frame's */
  values(): unknown[] {
    try {
      return this.#values();
    } catch (error) {
      for (const handle of this.#opened ?? []) releaseHandle(handle);
      throw error;
    }
  }

  #values(): unknown[] {
    const values: unknown[] = [];
    let cloned: number[] | undefined;
    const { buffer, end } = this.#frame;
    while (this.#at < end) {
      const tag = buffer[this.#at++] as Tag;
      if (tag === Tag.Clone) {
        for (const value of this.#clone(cloned?.length ?? 0)) values[cloned?.shift() as number] = value;
      } else if (tag === Tag.Cloned) {
        cloned ??= [];
        cloned.push(values.length);
        values.push(undefined);
      } else values.push(this.#value(tag));
    }
    if (cloned !== undefined && cloned.length > 0) throw new RangeError("values without their clone");
    return values;
  }

  #value(tag: Tag): unknown {
    const { buffer } = this.#frame;
    switch (tag) {
      case Tag.Undefined:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.True:
        return true;
      case Tag.False:
        return false;
      case Tag.Integer:
        return readU32(buffer, this.#take(4)) | 0;
      case Tag.Double:
        return buffer.readDoubleLE(this.#take(8));
      case Tag.Ascii:
      case Tag.String:
      case Tag.Utf16:
        return this.#string(tag);
      case Tag.Buffer:
        return this.#octets();
      case Tag.Octets:
        return new Uint8Array(this.#view());
      case Tag.Array:
        return this.#nested(() => this.#array());
      case Tag.Object:
        return this.#nested(() => this.#object());
      case Tag.Handle:
        return this.#handle();
      case Tag.Serialized:
        if (this.#serializer === undefined) throw new RangeError("a value by a serialiser that is not there");
        return this.#serializer.deserialize(this.#octets());
      default:
        throw new RangeError(`a value of the unknown kind ${tag}`);
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new RangeError("values are nested too deep");
    const value = read();
    this.#depth--;
    return value;
  }

  #array(): unknown[] {
    const length = this.#byte();
    const array: unknown[] = [];
    for (let i = 0; i < length; i++) array.push(this.#value(this.#byte() as Tag));
    return array;
  }

  #object(): Record<string, unknown> {
    const length = this.#byte();
    const object: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.#key();
      const value = this.#value(this.#byte() as Tag);
      if (key === "__proto__")
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      else object[key] = value;
    }
    return object;
  }

  #key(): string {
    const tag = this.#byte() as Tag;
    if (tag !== Tag.Ascii) return this.#string(tag);
    const length = this.#byte();
    return keyAt(this.#frame.buffer, this.#take(length), length);
  }

  #string(tag: Tag): string {
    const { buffer } = this.#frame;
    if (tag === Tag.Ascii) {
      const length = this.#byte();
      const start = this.#take(length);
      return buffer.toString("latin1", start, start + length);
    }
    if (tag !== Tag.String && tag !== Tag.Utf16) throw new RangeError("a key that is no string");
    const length = this.#length();
    const start = this.#take(length);
    return buffer.toString(tag === Tag.String ? "utf8" : "utf16le", start, start + length);
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
    const kind = this.#byte();
    const fd = this.#frame.fds.shift();
    if (fd === undefined) throw new RangeError("a handle without its descriptor");
    const handle = opened(HANDLE_KINDS[kind], fd);
    this.#opened ??= [];
    this.#opened.push(handle);
    return handle;
  }

  #octets(): Buffer {
    const view = this.#view();
    return this.#frame.owned && view.length >= LARGE_PIECE_BYTES ? view : Buffer.from(view);
  }

  #view(): Buffer {
    const length = this.#length();
    const start = this.#take(length);
    return this.#frame.buffer.subarray(start, start + length);
  }

  #length(): number {
    return readU32(this.#frame.buffer, this.#take(4));
  }

  #byte(): number {
    return this.#frame.buffer[this.#take(1)] as number;
  }

  /** @returns where so many bytes begin, and steps over them */
  #take(bytes: number): number {
    const start = this.#at;
    this.#at = start + bytes;
    if (this.#at > this.#frame.end) throw new RangeError("a value is cut off");
    return start;
  }
}

/** @param fd the handle's from now on */
function opened(kind: HandleKind | undefined, fd: number): OpenedHandle {
  if (kind === undefined) {
    closeDescriptors([fd]);
    throw new RangeError("a handle of an unknown kind");
  }
  const handle = openHandle(kind, fd);
  return typeof handle === "number" ? new OpenFile(handle) : handle;
}
