/** How arguments, results and events become bytes. */
import { cloneOf } from "./clone.cjs";
import type { Frame } from "./frame.cjs";
import type { FrameWriter } from "./frame-writer.cjs";
import { closeDescriptors, copyOf, handleOf } from "./handles.cjs";
import { writeBytes, writeCount, writeOctets, writePrimitive, writeTag } from "./leaf-writer.cjs";
import { PlainWriter } from "./plain-writer.cjs";
import { Tag } from "./tags.cjs";
import { ValueReader } from "./value-reader.cjs";

/** Turns values into bytes and back, instead of structured clone. Both sides need the same one. */
export interface Serializer {
  serialize(value: unknown): Uint8Array;
  /** @param bytes yours to keep */
  deserialize(bytes: Buffer): unknown;
}

/** What a value could not be sent for; the peer has seen nothing of it. */
export class Unserializable extends Error {}

/** @throws Unserializable; what was written by then is the writer's to undo */
export function writeValues(writer: FrameWriter, values: readonly unknown[], serializer: Serializer | undefined): void {
  if (serializer !== undefined) return writeSerialized(writer, values, serializer);
  const mark = writer.mark();
  let plain: PlainWriter | undefined;
  for (const value of values) {
    if (writePrimitive(writer, value)) continue;
    if (typeof value === "object") {
      if (writeHandle(writer, value as object)) continue;
      plain ??= new PlainWriter(writer);
      if (plain.write(value as object)) continue;
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
  const { bytes, beside } = attempt(() => cloneOf(cloned));
  writeOctets(writer, Tag.Clone, bytes);
  for (const octets of beside) writeOctets(writer, Tag.Beside, octets);
}

function writeSerialized(writer: FrameWriter, values: readonly unknown[], serializer: Serializer): void {
  for (const value of values) {
    if (value === undefined) writeTag(writer, Tag.Undefined);
    else if (typeof value !== "object" || value === null || !writeHandle(writer, value))
      writeOctets(
        writer,
        Tag.Serialized,
        attempt(() => serializer.serialize(value)),
      );
  }
}

function writeHandle(writer: FrameWriter, value: object): boolean {
  const handle = handleOf(value);
  if (handle === undefined) return false;
  if (!writer.carriesHandles) throw new TypeError("handles can't travel to this process without the native addon");
  writer.descriptor(copyOf(handle.fd));
  writeCount(writer, Tag.Handle, handle.kind);
  return true;
}

function attempt<T>(serialize: () => T): T {
  try {
    return serialize();
  } catch (error) {
    throw new Unserializable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
