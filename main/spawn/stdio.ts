/** The `stdio` option: what it says, and the descriptors that it takes. */
import type { Readable } from "node:stream";
import { HIGH_FD } from "../../helper/protocol/handles.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { ForkError } from "../base/errors.js";
import { lend } from "./pipe-end.js";

/** What one descriptor of the program is to be. */
export type StdioItem = "pipe" | "ignore" | { fd: number /** Reads the same socket until then. */; reader?: Readable };

const STANDARD_DESCRIPTORS = 3;

export const PIPES: readonly StdioItem[] = ["pipe", "pipe", "pipe"];
const NOTHING: readonly StdioItem[] = ["ignore", "ignore", "ignore"];
const NONE: readonly number[] = [-1, -1, -1];

/**
 * @returns undefined for what child_process does not understand either
 * @throws ForkError ERR_FORK_UNSUPPORTED for "ipc"
 */
export function readStdio(stdio: unknown): readonly StdioItem[] | undefined {
  if (stdio === "ignore") return NOTHING;
  if (stdio === "pipe") return PIPES;
  const list = typeof stdio === "string" ? [stdio, stdio, stdio] : stdio;
  if (!Array.isArray(list) || (list !== stdio && list[0] === "ipc")) return undefined;
  const items: StdioItem[] = [];
  let isChannelAsked = false;
  for (let i = 0; i < Math.max(list.length, STANDARD_DESCRIPTORS); i++) {
    // child_process refuses a second one, and what else is wrong, in its own words.
    if (list[i] === "ipc" && isChannelAsked) return undefined;
    isChannelAsked ||= list[i] === "ipc";
    const item = list[i] === "ipc" ? "ignore" : readItem(list[i], i);
    if (item === undefined) return undefined;
    items.push(item);
  }
  if (isChannelAsked) throw noChannel();
  return items;
}

function noChannel(): ForkError {
  return new ForkError(
    "ERR_FORK_UNSUPPORTED",
    'spawn: there is no stdio "ipc" here; use child_process.fork(), or a ForkProcess and its socket',
  );
}

function readItem(item: unknown, index: number): StdioItem | undefined {
  switch (item) {
    case undefined:
    case null:
      return index < STANDARD_DESCRIPTORS ? "pipe" : "ignore";
    case "pipe":
    case "overlapped":
      return "pipe";
    case "ignore":
      return "ignore";
    case "inherit":
      return { fd: index };
  }
  if (typeof item === "number") return item < 0 ? "pipe" : { fd: item };
  if (typeof item !== "object" || item === null) return undefined;
  const { fd, handle, _handle } = item as { fd?: unknown; handle?: { fd?: unknown }; _handle?: { fd?: unknown } };
  if (typeof fd === "number") return fd < 0 ? undefined : { fd };
  // Node has no public way to a socket's descriptor; its own spawn() takes the same fields.
  const inner = handle?.fd ?? _handle?.fd;
  if (typeof inner !== "number" || inner < 0) return undefined;
  return "readable" in item ? { fd: inner, reader: item as Readable } : { fd: inner };
}

/** Descriptors for one program. */
export interface OpenStdio {
  /** Per descriptor of the program: this end of its pipe, the caller's; -1 where it has none. */
  ends: readonly number[];
  /** To be sent, the caller's. */
  handles: number[];
  /** Per descriptor of the program where it is in `handles`, -1 for none. */
  places: readonly number[];
  /** The directory to start in, where it is in `handles`. */
  directory?: number;
}

/** @throws Error with an errno when there is no descriptor left, or one is not open; nothing is left open then */
export function openStdio(addon: Addon, items: readonly StdioItem[]): OpenStdio {
  if (items === NOTHING) return { ends: NONE, handles: [], places: NONE };
  const ends: number[] = [];
  const handles: number[] = [];
  const places: number[] = [];
  try {
    for (const item of items) {
      const [end, handle] = openItem(addon, item);
      ends.push(end);
      places.push(handle < 0 ? -1 : handles.push(handle) - 1);
    }
    return { ends, handles, places };
  } catch (error) {
    closeStdio(addon, { ends, handles });
    throw error;
  }
}

/** What the streams among them still hold is the program's to read from now on. */
export function lendStreams(items: readonly StdioItem[]): void {
  for (const item of items) if (typeof item === "object" && item.reader !== undefined) lend(item.reader);
}

export function closeStdio(addon: Addon, { ends, handles }: Pick<OpenStdio, "ends" | "handles">): void {
  for (const fd of [...ends, ...handles]) if (fd >= 0) addon.close(fd);
}

function openItem(addon: Addon, item: StdioItem): [end: number, handle: number] {
  if (item === "pipe") return addon.blockingPair();
  return [-1, item === "ignore" ? -1 : addon.duplicate(item.fd, HIGH_FD)];
}
