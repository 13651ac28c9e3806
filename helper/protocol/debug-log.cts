/**
 * What `NODE_DEBUG=desktop-fork` prints, at both ends: a line for each message and each change of state. Never what a
 * message carries: arguments and environments may be secret.
 */
import fs = require("node:fs");
import util = require("node:util");

import { MessageType, type Outgoing } from "./message.cjs";

const STDERR = 2;

/** Decided once per process. A fork has the decision of its template. */
export const isLogging = util.debuglog("desktop-fork").enabled;

/** Who is at the other end: a process whose pid may not be known yet, or the parent of this one. */
export interface Peer {
  readonly pid?: number | undefined;
}

export const PARENT: Peer = {};

/** What is known of a message before it is encoded, and after it was decoded. */
interface Seen {
  type: MessageType;
  id: number;
  values: readonly Outgoing[];
  handles: readonly number[];
}

export function logSent(peer: Peer, message: Seen): void {
  logLine(`to ${nameOf(peer)}: ${describe(message)}`);
}

export function logReceived(peer: Peer, message: Seen): void {
  logLine(`from ${nameOf(peer)}: ${describe(message)}`);
}

function nameOf(peer: Peer): string {
  return "pid" in peer ? nameOfPid(peer.pid) : "parent";
}

/** @param pid undefined: not known yet */
export function nameOfPid(pid: number | undefined): string {
  return pid === undefined ? "(new)" : String(pid);
}

function describe({ type, id, values, handles }: Seen): string {
  const name = MessageType[type] ?? `0x${type.toString(16)}`;
  const bytes = values.reduce<number>((sum, value) => sum + sizeOf(value), 0);
  return `${name} #${id}, ${bytes} bytes${handles.length > 0 ? `, handles: ${handles.length}` : ""}`;
}

/** What the addon gathers has no size here. */
function sizeOf(value: Outgoing): number {
  if (typeof value === "number") return 0;
  return typeof value === "string" ? Buffer.byteLength(value) : value.byteLength;
}

/**
 * Prints one line with pid and time. Not by process.stderr, which would become a stream that forks inherit, nor by
 * node:util's own logger, which goes on to name the pid of the template in forks.
 */
export function logLine(text: string): void {
  const time = new Date().toISOString().slice("2000-01-01T".length);
  try {
    fs.writeSync(STDERR, `DESKTOP-FORK ${process.pid}: ${time} ${text}\n`);
  } catch {
    // Standard error is full or closed: nothing depends on the line.
  }
}
