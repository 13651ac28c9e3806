/** The messages of the channel, and their bytes. PROTOCOL.md has the same as tables. */

import type { Gathered } from "../../native/addon/addon.cjs";

export const PROTOCOL_VERSION = 1;

/** What a channel says. Below 0x40: to a process; from 0x40: from it; from 0x60: between its parents. */
export enum MessageType {
  Eval = 0x01,
  Require = 0x02,
  Arguments = 0x03,
  Handles = 0x04,
  Fork = 0x05,
  Sync = 0x06,
  Run = 0x07,
  Retire = 0x08,
  Spawn = 0x09,
  Exec = 0x0a,
  Prepare = 0x0b,
  Start = 0x0c,

  Hello = 0x41,
  Done = 0x42,
  Failed = 0x43,
  Forked = 0x44,
  Exited = 0x45,
  Leaving = 0x46,
  Spawned = 0x47,

  Handover = 0x61,
}

/** A string or octets. They arrive as what they were sent as. */
export type Value = string | Uint8Array;

/** What can be sent: a value, or which one the addon is to gather. */
export type Outgoing = Value | Gathered;

export interface Message {
  type: MessageType;
  /** A number of the sender's choice that the answer repeats. */
  id: number;
  values: (string | Buffer)[];
  /** Descriptors, or LOST_HANDLE. Whoever holds the message owns them. */
  handles: number[];
}

/** length u32, type u8, handles u8, zero u16, id u32; all little-endian */
export const HEADER_BYTES = 12;
/** kind u8, length u32 */
export const VALUE_HEADER_BYTES = 5;
/** The most that one message can hold. */
export const MAX_PAYLOAD_BYTES = 0xffff_ffff;
/** The most descriptors of one message; Linux takes 253. */
export const MAX_HANDLES = 250;
/** In the place of a descriptor that the receiver had no room for. */
export const LOST_HANDLE = -1;

const STRING = 0;
const OCTETS = 1;

const STANDARD_STREAMS = 3;

const HANDLES = new Map<MessageType, number>([
  [MessageType.Handles, MAX_HANDLES],
  [MessageType.Fork, 1 + STANDARD_STREAMS],
  [MessageType.Run, 1],
  [MessageType.Prepare, 1],
  [MessageType.Spawn, MAX_HANDLES],
  [MessageType.Exec, MAX_HANDLES],
  [MessageType.Forked, 1],
  [MessageType.Spawned, 1],
  [MessageType.Handover, 2],
]);

/** How many descriptors a message of this type may have. */
export function maxHandles(type: MessageType): number {
  return HANDLES.get(type) ?? 0;
}

/** @returns the message's bytes, as pieces to be sent in this order; long octets are not copied */
export function encodeMessage(type: MessageType, id: number, values: readonly Value[], handles: number): Uint8Array[] {
  let length = 0;
  for (const value of values) length += encodedBytes(value);
  const isSmall = length <= SMALL_BYTES;
  const first = Buffer.allocUnsafe(HEADER_BYTES + (isSmall ? length : 0));
  first.writeUInt32LE(length, 0);
  first.writeUInt8(type, 4);
  first.writeUInt8(handles, 5);
  first.writeUInt16LE(0, 6);
  first.writeUInt32LE(id, 8);
  if (!isSmall) return [first, ...values.flatMap(encodeValue)];
  let offset = HEADER_BYTES;
  for (const value of values) offset = writeValue(first, offset, value);
  return [first];
}

/** @returns where the next one goes */
function writeValue(to: Buffer, offset: number, value: Value): number {
  const start = offset + VALUE_HEADER_BYTES;
  const isString = typeof value === "string";
  if (!isString) to.set(value, start);
  const length = isString ? to.write(value, start) : value.byteLength;
  to.writeUInt8(isString ? STRING : OCTETS, offset);
  to.writeUInt32LE(length, offset + 1);
  return start + length;
}

function encodeValue(value: Value): Uint8Array[] {
  const isString = typeof value === "string";
  const octets = isString ? Buffer.from(value) : value;
  const header = Buffer.allocUnsafe(VALUE_HEADER_BYTES);
  header.writeUInt8(isString ? STRING : OCTETS, 0);
  header.writeUInt32LE(octets.byteLength, 1);
  return [header, octets];
}

/** Below this one copy is cheaper than many pieces. */
const SMALL_BYTES = 16_384;

/** Bytes that this value takes in a message. */
export function encodedBytes(value: Value): number {
  return VALUE_HEADER_BYTES + (typeof value === "string" ? Buffer.byteLength(value) : value.byteLength);
}

/**
 * @param payload which lies between `start` and `end`
 * @param owned the payload is ours to keep: octets become views of it instead of copies
 * @throws RangeError when the payload is not a list of values
 */
export function decodeValues(payload: Buffer, owned = false, start = 0, end = payload.length): (string | Buffer)[] {
  const values: (string | Buffer)[] = [];
  for (let offset = start; offset < end; ) {
    if (end - offset < VALUE_HEADER_BYTES) throw new RangeError("a value's header is cut off");
    const kind = payload[offset];
    const length = readUint32(payload, offset + 1);
    offset += VALUE_HEADER_BYTES;
    if (length > end - offset) throw new RangeError("a value is longer than its message");
    if (kind === STRING) values.push(payload.toString("utf8", offset, offset + length));
    else if (kind === OCTETS) values.push(octetsOf(payload, offset, length, owned));
    else throw new RangeError(`a value is of the unknown kind ${kind}`);
    offset += length;
  }
  return values;
}

/** As Buffer's own method, without its checks. */
export function readUint32(from: Buffer, at: number): number {
  const low = (from[at] as number) | ((from[at + 1] as number) << 8) | ((from[at + 2] as number) << 16);
  return low + (from[at + 3] as number) * 0x1000000;
}

function octetsOf(payload: Buffer, offset: number, length: number, owned: boolean): Buffer {
  const view = payload.subarray(offset, offset + length);
  return owned ? view : Buffer.from(view);
}
