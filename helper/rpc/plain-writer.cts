/**
 * Writing small plain values without node:v8, whose fixed cost is many times that of the values themselves. Whatever is
 * not plain, or not small, or occurs twice, is left to structured clone, which keeps identities.
 */
import type { FrameWriter } from "../protocol/frame-writer.cjs";
import { writeBytes, writeCount, writePrimitive, writeString } from "./leaf-writer.cjs";
import { Tag } from "./tags.cjs";

/** From here on node:v8 is faster. */
const MAX_OBJECTS = 32;
const MAX_MEMBERS = 64;

/** Takes the values of one frame. */
export class PlainWriter {
  readonly #writer: FrameWriter;
  readonly #seen: object[] = [];

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** @returns false when the value is not for us; a part of it may have been written then */
  write(value: object): boolean {
    if (writeBytes(this.#writer, value)) return true;
    if (this.#seen.length === MAX_OBJECTS || this.#seen.includes(value)) return false;
    this.#seen.push(value);
    if (Array.isArray(value)) return this.#writeArray(value);
    const prototype = Object.getPrototypeOf(value) as unknown;
    return (
      (prototype === Object.prototype || prototype === null) && this.#writeObject(value as Record<string, unknown>)
    );
  }

  #writeArray(array: readonly unknown[]): boolean {
    // Fewer keys mean holes, more mean properties beside the elements.
    if (array.length > MAX_MEMBERS || Object.keys(array).length !== array.length) return false;
    writeCount(this.#writer, Tag.Array, array.length);
    for (const element of array) if (!this.#writeMember(element)) return false;
    return true;
  }

  #writeObject(object: Record<string, unknown>): boolean {
    const keys = Object.keys(object);
    if (keys.length > MAX_MEMBERS) return false;
    writeCount(this.#writer, Tag.Object, keys.length);
    for (const key of keys) {
      writeString(this.#writer, key);
      if (!this.#writeMember(object[key])) return false;
    }
    return true;
  }

  #writeMember(member: unknown): boolean {
    return writePrimitive(this.#writer, member) || (typeof member === "object" && this.write(member as object));
  }
}
