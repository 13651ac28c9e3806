/** The `stdio` option of a process: its standard input, output and error, and this program's ends of them. */
import type { ChildProcess, StdioOptions } from "node:child_process";
import net from "node:net";
import type { Readable, Writable } from "node:stream";
import type { Addon } from "../../native/addon/addon.cjs";
import { tryAddon } from "../base/addon.js";
import { ForkError, systemError } from "../base/errors.js";
import { copyHandle, duplicate, type Handle } from "./handles.js";

/**
 * What a standard stream of the process shall be: a new pipe to this program, nothing, this program's own stream as it is
 * now, or an open handle. Null or undefined: what it is forked from has.
 */
export type StandardStream = "pipe" | "ignore" | "inherit" | Handle | { readonly fd: number } | null | undefined;

/** For standard input, output and error; a word is for all three. */
export type StandardStreams = "pipe" | "ignore" | "inherit" | readonly StandardStream[];

/** This program's ends of the pipes; null where there is none. */
export interface PipeEnds {
  /** Yours to end. */
  stdin: Writable | null;
  stdout: Readable | null;
  stderr: Readable | null;
}

export const NO_PIPES: PipeEnds = Object.freeze({ stdin: null, stdout: null, stderr: null });

const NAMES = ["stdin", "stdout", "stderr"] as const;
const INHERITED = [0, 1, 2];
/** In place of a descriptor: /dev/null. */
const NOTHING = -1;

export class Stdio {
  readonly ends: PipeEnds = { ...NO_PIPES };
  /** Per stream: a descriptor, owned by this object; -1 for /dev/null; undefined for that of what it is forked from. */
  #fds: (number | undefined)[] = [];
  /** Without the addon: what child_process shall make of it. */
  #words: StandardStream[] = [];

  /**
   * Takes copies of the handles: closing them changes nothing for the process.
   * @throws ForkError ERR_FORK_ARGUMENT, ERR_FORK_HANDLE, ERR_FORK_SYSTEM
   */
  static take(option: StandardStreams | undefined): Stdio | undefined {
    if (option === undefined) return undefined;
    const items = typeof option === "string" ? NAMES.map(() => option) : option;
    if (!Array.isArray(items) || items.length > NAMES.length)
      throw new ForkError(
        "ERR_FORK_ARGUMENT",
        "stdio is a word or a list of three; send further handles by sendHandle",
      );
    for (const item of items) checkItem(item);
    const stdio = new Stdio();
    const addon = tryAddon();
    if (addon instanceof Error) stdio.#words = [...items];
    else stdio.#open(addon, items);
    return stdio;
  }

  #open(addon: Addon, items: readonly StandardStream[]): void {
    try {
      for (const [index, item] of items.entries()) this.#fds[index] = this.#openOne(addon, item, index);
    } catch (error) {
      this.close();
      this.abandon();
      throw error;
    }
  }

  #openOne(addon: Addon, item: StandardStream, index: number): number | undefined {
    if (item === null || item === undefined) return undefined;
    if (item === "ignore") return NOTHING;
    if (item === "inherit") return duplicate(addon, index);
    if (item === "pipe") return this.#openPipe(addon, index);
    return copyHandle(addon, isHandle(item) ? item : item.fd).fd;
  }

  #openPipe(addon: Addon, index: number): number {
    let ends: [number, number];
    try {
      ends = addon.blockingPair();
    } catch (error) {
      throw systemError("no pipe for a process", error);
    }
    const [ours, theirs] = ends;
    // Nothing is read before somebody asks for it.
    const options = { fd: ours, readable: index > 0, writable: index === 0, manualStart: true };
    Object.assign(this.ends, { [NAMES[index] as string]: new net.Socket(options) });
    return theirs;
  }

  /** Gives the descriptors away, for the message of a fork: to be sent, and per stream which of them it is. */
  release(): { fds: number[]; places: (number | null)[] } {
    const fds: number[] = [];
    const places = this.#fds.map((fd) => {
      if (fd === undefined) return null;
      return fd === NOTHING ? NOTHING : fds.push(fd) - 1;
    });
    this.#fds = [];
    return { fds, places };
  }

  /** What it leaves open is as with `other`. @throws ForkError ERR_FORK_SYSTEM */
  adopt(other: Stdio): void {
    const addon = tryAddon();
    for (const index of INHERITED) {
      const fd = other.#fds[index];
      if (!(addon instanceof Error) && fd !== undefined && this.#fds[index] === undefined)
        this.#fds[index] = fd === NOTHING ? NOTHING : duplicate(addon, fd);
      const word = other.#words[index];
      if (word === "pipe" && this.#words[index] === undefined)
        throw new ForkError(
          "ERR_FORK_UNSUPPORTED",
          "a fork can share the pipes of what it is forked from only with the addon",
        );
      this.#words[index] ??= word;
    }
  }

  /** As the addon's spawn() takes them; they stay this object's. */
  get forSpawn(): number[] {
    return INHERITED.map((fd) => this.#fds[fd] ?? fd);
  }

  /** As child_process takes them. */
  get forChildProcess(): StdioOptions {
    return INHERITED.map((fd) => this.#words[fd] ?? "inherit") as StdioOptions;
  }

  /** Without the addon child_process has made the pipes. */
  useEndsOf(child: ChildProcess): void {
    for (const name of NAMES) if (child[name]) Object.assign(this.ends, { [name]: child[name] });
  }

  /** The descriptors that are still here; not this program's ends of pipes. */
  close(): void {
    const addon = tryAddon();
    if (addon instanceof Error) return;
    for (const fd of this.#fds.splice(0)) if (fd !== undefined && fd !== NOTHING) addon.close(fd);
  }

  /** There never was a process. */
  abandon(): void {
    for (const name of NAMES) this.ends[name]?.destroy();
  }

  /** The process has ended: nobody will read what is written to it, and what nobody reads is thrown away. */
  finish(): void {
    const { stdin, stdout, stderr } = this.ends;
    stdin?.destroy();
    for (const output of [stdout, stderr]) if (output?.readableFlowing === null) output.resume();
  }
}

function isHandle(item: Exclude<StandardStream, string | null | undefined>): item is Handle {
  return typeof item === "number" || item instanceof net.Socket || item.constructor?.name === "FileHandle";
}

function checkItem(item: unknown): void {
  if (item === null || item === undefined || typeof item === "number") return;
  if (item === "pipe" || item === "ignore" || item === "inherit") return;
  if (typeof item === "object" && (item instanceof net.Socket || typeof (item as { fd?: unknown }).fd === "number"))
    return;
  throw new ForkError(
    "ERR_FORK_ARGUMENT",
    `a standard stream is "pipe", "ignore", "inherit" or an open handle, not ${typeof item === "string" ? `"${item}"` : typeof item}`,
  );
}
