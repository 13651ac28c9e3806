/** What processes have of this program besides what they are told: as it is at the time of a call. */
import fs from "node:fs";
import os from "node:os";
import type { Addon } from "../../native/addon/addon.cjs";
import { tryAddon } from "./addon.js";

export interface Rights {
  /** Users, groups and supplementary groups: to be compared, not to be read. */
  readonly credentials: string;
  /** Undefined where nobody can tell. */
  readonly umask: number | undefined;
  /** Niceness. */
  readonly priority: number;
  /** The working directory; undefined when it is gone. */
  readonly directory: string | undefined;
}

/** What differs between two of them, for a process that has had the first from this program and is to have the second. */
export interface Change {
  umask?: number;
  priority?: number;
  directory?: string;
}

let last: { age: number; rights: Rights } | undefined;

/**
 * The kernel is asked each time, so that changes by native code count, too; for the working directory it is Node, which
 * remembers it. The same object as long as nothing has changed.
 */
export function currentRights(): Rights {
  const addon = tryAddon();
  const directory = workingDirectory();
  if (addon instanceof Error) return { ...askNode(), directory };
  const age = addon.inheritanceAge();
  if (last?.age !== age || last.rights.directory !== directory)
    last = { age, rights: { ...askKernel(addon), directory } };
  return last.rights;
}

/** @returns undefined when it is gone */
export function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function askKernel(addon: Addon): Omit<Rights, "directory"> {
  const { buffer, byteOffset, byteLength } = addon.inheritance();
  const [umask, priority = 0, ...credentials] = new Int32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  return { umask, priority, credentials: credentials.join() };
}

function askNode(): Omit<Rights, "directory"> {
  const { getuid, geteuid, getgid, getegid, getgroups } = process;
  const ids = [getuid?.(), geteuid?.(), getgid?.(), getegid?.(), ...(getgroups?.() ?? [])];
  return { credentials: ids.join(), umask: readUmask(), priority: os.getPriority() };
}

/** Node's own function sets it for a moment, and files of other threads would have too many rights. */
function readUmask(): number | undefined {
  try {
    const [, octal] = /^Umask:\s*(\d+)/m.exec(fs.readFileSync("/proc/self/status", "latin1")) ?? [];
    return octal === undefined ? undefined : Number.parseInt(octal, 8);
  } catch {
    return undefined;
  }
}

export function isSame(one: Rights, other: Rights): boolean {
  return one === other || (one.credentials === other.credentials && changeOf(one, other) === undefined);
}

/** @returns undefined when nothing differs that a process can be given */
export function changeOf(before: Rights, now: Rights): Change | undefined {
  if (before === now) return undefined;
  const change: Change = {};
  if (now.umask !== before.umask && now.umask !== undefined) change.umask = now.umask;
  if (now.priority !== before.priority) change.priority = now.priority;
  if (now.directory !== before.directory && now.directory !== undefined) change.directory = now.directory;
  return Object.keys(change).length > 0 ? change : undefined;
}
