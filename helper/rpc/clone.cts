/** Structured clone by node:v8, except that large octets inside a value are not copied into it. */
import v8 = require("node:v8");

import { types } from "node:util";
import { LARGE_PIECE_BYTES } from "../protocol/link.cjs";
import { refuseShared } from "./leaf-writer.cjs";
import { mayBeOpaque, refuseOpaque } from "./opaque.cjs";

type ViewConstructor = new (buffer: ArrayBufferLike) => ArrayBufferView;

/** By name: what extends one of these arrives as that one, as with structured clone. */
const VIEWS = [
  "Uint8Array",
  "Int8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
  "Float16Array",
] as const;
const BUFFER = 0xff;
const INLINE = 0;
const BESIDE = 1;

// Not in the type definitions, though documented: what subclasses call and override.
interface RawSerializer {
  writeHeader(): void;
  writeValue(value: unknown): void;
  releaseBuffer(): Buffer;
  writeUint32(value: number): void;
  writeRawBytes(bytes: Uint8Array): void;
  _setTreatArrayBufferViewsAsHostObjects(flag: boolean): void;
}
interface RawDeserializer {
  readHeader(): boolean;
  readValue(): unknown;
  readUint32(): number;
  readRawBytes(length: number): Buffer;
}
const Serializer = v8.Serializer as unknown as new () => RawSerializer;
const Deserializer = v8.Deserializer as unknown as new (bytes: Uint8Array) => RawDeserializer;

export interface Cloned {
  bytes: Uint8Array;
  /** Large octets that belong to it, in order. */
  beside: Uint8Array[];
}

class CloneSerializer extends Serializer {
  readonly beside: Uint8Array[] = [];

  constructor() {
    super();
    this._setTreatArrayBufferViewsAsHostObjects(true);
  }

  _writeHostObject(view: ArrayBufferView): void {
    const kind = kindOf(view);
    if (kind < 0) throw new Error(`${show(view)} could not be cloned.`);
    refuseShared(view);
    const octets = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    this.writeUint32(kind);
    this.writeUint32(octets.byteLength);
    if (octets.byteLength < LARGE_PIECE_BYTES) {
      this.writeUint32(INLINE);
      this.writeRawBytes(octets);
    } else {
      this.writeUint32(BESIDE);
      this.beside.push(octets);
    }
  }
}
// What node:v8 makes of what can't be cloned.
Object.assign(CloneSerializer.prototype, { _getDataCloneError: TypeError });

class CloneDeserializer extends Deserializer {
  readonly #beside: Uint8Array[];

  constructor(bytes: Uint8Array, beside: Uint8Array[]) {
    super(bytes);
    this.#beside = beside;
  }

  _readHostObject(): unknown {
    const kind = this.readUint32();
    const length = this.readUint32();
    const octets = this.readUint32() === BESIDE ? this.#takeBeside(length) : this.readRawBytes(length);
    if (kind === BUFFER) return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    const name = VIEWS[kind];
    if (name === undefined) throw new RangeError(`a view of the unknown kind ${kind}`);
    const View = (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name];
    if (View === undefined) throw new RangeError(`this runtime has no ${name}`);
    // Memory of its own, without anything else in it.
    return new View(new Uint8Array(octets).buffer);
  }

  #takeBeside(length: number): Uint8Array {
    const octets = this.#beside.shift();
    if (octets?.byteLength !== length) throw new RangeError("octets are missing beside a value");
    return octets;
  }
}

/** @throws Error for what structured clone does not know, functions for instance, and for what arrives as something else */
export function cloneOf(value: unknown): Cloned {
  const serializer = new CloneSerializer();
  serializer.writeHeader();
  try {
    serializer.writeValue(value);
  } catch (error) {
    refuseOpaque(value); // which may know a better reason
    throw error;
  }
  const bytes = serializer.releaseBuffer();
  if (mayBeOpaque(bytes)) refuseOpaque(value);
  return { bytes, beside: serializer.beside };
}

/**
 * @param bytes Buffers inside the value share its memory
 * @throws Error when the bytes are no value
 */
export function unclone({ bytes, beside }: Cloned): unknown {
  const deserializer = new CloneDeserializer(bytes, beside);
  deserializer.readHeader();
  return deserializer.readValue();
}

/** -1: none that is known. */
function kindOf(view: ArrayBufferView): number {
  if (Buffer.isBuffer(view)) return BUFFER;
  const name = types.isDataView(view) ? "DataView" : (view as Partial<Uint8Array>)[Symbol.toStringTag];
  return VIEWS.indexOf(name as (typeof VIEWS)[number]);
}

function show(value: object): string {
  return `#<${value.constructor?.name ?? "Object"}>`;
}
