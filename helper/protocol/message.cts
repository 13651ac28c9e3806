/** The vocabulary of the channel: its messages. PROTOCOL.md has the same as tables. */
import type { Gathered } from "../../native/addon/addon.cjs";
import type { Value } from "./values.cjs";

export { HEADER_BYTES, LOST_HANDLE, MAX_FRAME_BYTES as MAX_PAYLOAD_BYTES } from "./frame.cjs";
export { encodedBytes, type Value } from "./values.cjs";

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

/** The most descriptors of one message; Linux takes 253. */
export const MAX_HANDLES = 250;
