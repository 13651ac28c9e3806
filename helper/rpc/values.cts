/** How arguments, results and events become bytes. */

import type { Frame } from "../protocol/frame.cjs";
import type { FrameWriter } from "../protocol/frame-writer.cjs";
import { closeDescriptors, copyOf, describeHandle, isHandle } from "../protocol/handles.cjs";
import { describeError } from "../protocol/remote-error.cjs";
import { cloneOf } from "./clone.cjs";
import { writeBytes, writeCount, writeOctets, writePrimitive, writeTag } from "./leaf-writer.cjs";
import { PlainWriter } from "./plain-writer.cjs";
import { HANDLE_KINDS, Tag } from "./tags.cjs";
import { ValueReader } from "./value-reader.cjs";

/** Turns values into bytes and back, instead of structured clone. Both sides need the same one. */
export interface Serializer {
  serialize(value: unknown): Uint8Array;
  /** @param bytes yours to keep */
  deserialize(bytes: Buffer): unknown;
}

/** What a value could not be sent for; the peer has seen nothing of it. */
export class Unserializable extends Error {}

/** Why a handle could not be sent; the peer has seen nothing of it. */
export class Undeliverable extends Error {}

/** @throws Unserializable, Undeliverable; what was written by then is the writer's to undo */
export function writeValues(writer: FrameWriter, values: readonly unknown[], serializer: Serializer | undefined): void {
  if (serializer !== undefined) return writeSerialized(writer, values, serializer);
  try {
    writeNatively(writer, values);
  } catch (error) {
    // What a getter throws, for instance.
    throw error instanceof Undeliverable ? error : new Unserializable(messageOf(error), { cause: error });
  }
}

function writeNatively(writer: FrameWriter, values: readonly unknown[]): void {
  const mark = writer.mark();
  let plain: PlainWriter | undefined;
  for (const value of values) {
    if (writePrimitive(writer, value)) continue;
    if (typeof value === "object") {
      plain ??= new PlainWriter(writer);
      if (plain.write(value as object) || writeHandle(writer, value as object)) continue;
    }
    closeDescriptors(writer.rewind(mark));
    return writeCloned(writer, values);
  }
}

export function readValues(frame: Frame, serializer: Serializer | undefined): unknown[] {
  return new ValueReader(frame, serializer).values();
}

/** All that is not simple goes into one clone, so that what occurs twice arrives as one. */
function writeCloned(writer: FrameWriter, values: readonly unknown[]): void {
  const cloned: unknown[] = [];
  for (const value of values) {
    if (writePrimitive(writer, value)) continue;
    if (typeof value === "object" && (writeHandle(writer, value as object) || writeBytes(writer, value as object)))
      continue;
    cloned.push(value);
    writeTag(writer, Tag.Cloned);
  }
  const { bytes, beside } = cloneOf(cloned);
  writeOctets(writer, Tag.Clone, bytes);
  for (const octets of beside) writeOctets(writer, Tag.Beside, octets);
}

function writeSerialized(writer: FrameWriter, values: readonly unknown[], serializer: Serializer): void {
  for (const value of values) {
    if (value === undefined) writeTag(writer, Tag.Undefined);
    else if (typeof value !== "object" || value === null || !writeHandle(writer, value))
      writeOctets(writer, Tag.Serialized, serialize(value, serializer));
  }
}

function serialize(value: unknown, serializer: Serializer): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = serializer.serialize(value);
  } catch (error) {
    throw new Unserializable(messageOf(error), { cause: error });
  }
  if (bytes instanceof Uint8Array) return bytes;
  throw new Unserializable(`the serializer returned no Uint8Array but ${typeof bytes}`);
}

function writeHandle(writer: FrameWriter, value: object): boolean {
  if (!isHandle(value)) return false;
  try {
    const { fd, kind } = describeHandle(value);
    if (!writer.carriesHandles) throw new TypeError("handles can't travel to this process without the native addon");
    writer.descriptor(copyOf(fd));
    writeCount(writer, Tag.Handle, HANDLE_KINDS.indexOf(kind));
  } catch (error) {
    throw new Undeliverable(messageOf(error), { cause: error });
  }
  return true;
}

function messageOf(error: unknown): string {
  return describeError(error).message;
}
