/** The native addon: where it is, and what each of its functions takes, gives and owns. */
import fs = require("node:fs");
import path = require("node:path");

import { createRequire } from "node:module";
import { unpackedPath } from "../locate/archive.cjs";
import { loadAddonFile } from "../locate/load-file.cjs";
import { LIBRARY, openAsset, programFile } from "../locate/place.cjs";

/**
 * Watches one descriptor on the event loop. It stays the caller's: close the poller first, then the descriptor. At the end
 * of a worker thread the addon closes both.
 */
export interface Poller {
  /** @param events a mask of {@link READABLE} and {@link WRITABLE} */
  start(events: number): void;
  stop(): void;
  close(): void;
  ref(): void;
  unref(): void;
}

/** NUL-terminated strings, one after the other; octets may be what is no UTF-8. */
export type Block = string | Uint8Array;

export interface ProgramOptions {
  /** Without a slash it is searched for in the PATH of `env`. */
  file: string;
  args: Block;
  /** `NAME=value` */
  env: Block;
  /** Descriptor of the directory to start in, and that `cwd` counts from. It stays the caller's. */
  directory?: number;
  cwd?: string;
  /**
   * `stdio[i]` becomes descriptor i; -1 is /dev/null up to 2 and nothing above. No other descriptor is passed on. They stay
   * the caller's.
   */
  stdio: number[];
  /** Starts a session of its own. */
  session?: boolean;
  uid?: number;
  gid?: number;
  /** Resource, soft limit, hard limit, one after the other, as of setrlimit(2); -1: no limit. */
  limits?: number[];
  /** As of nice(1). Unlike what is inherited, it is an error when it is not allowed. */
  priority?: number;
  /** Of another process; default: that of this one. */
  inherits?: Inheritance;
}

/**
 * What a program has from the process that asked for it besides environment and directory: 32-bit numbers in the machine's
 * order. Umask, priority, three user ids and three group ids (real, effective, saved), supplementary groups.
 */
export type Inheritance = Uint8Array;

/** Holds only as long as somebody has the directory open. */
export type DirectoryIdentity = Uint8Array;

/** In the place of a message's value: what a program has from this process at that moment, as octets. */
export enum Gathered {
  /** As of {@link Addon.environment}. */
  Environment = 0,
  /** As of {@link Addon.inheritance}. */
  Inheritance = 1,
}

/** What became of a child, as waitid(2) has it: `si_code` is 1 for an exit, 0 when nobody knows, `si_status` the code or the signal. */
export type WaitStatus = [siCode: number, siStatus: number];

export type ForkResult =
  | 0
  | { pid: number /** The caller's; -1 when there was none left. */; pidfd: number }
  | {
      refused: "errno" | "busy" | "foreign" | "unknown-libc";
      thread: string;
      tid: number;
      module: string;
      error?: Error;
    };

export interface Addon {
  /** Two connected stream sockets, both non-blocking and close-on-exec, both the caller's. */
  socketpair(): [number, number];
  /** The same, but both block. */
  blockingPair(): [number, number];
  /**
   * One message of the channel, with the header that PROTOCOL.md describes.
   * @param fds closed once the first byte has gone; until then the caller's
   * @returns bytes that are left to be sent: the socket is full; -1: the message is too long for this, and nothing was done
   */
  sendMessage(
    fd: number,
    type: number,
    id: number,
    values: readonly (string | Uint8Array | Gathered)[],
    fds: readonly number[],
  ): number;
  /**
   * Bytes sent; -1 when the socket is full; {@link CONGESTED} when the kernel takes no more for now, though the socket is
   * not full. The descriptors stay the caller's.
   */
  sendmsg(fd: number, buffers: Uint8Array[], fds: number[]): number;
  /**
   * Bytes read (0 at the end, -1 when there is nothing), or that and the descriptors that came, now the caller's; then -1,
   * when there was no room for all of them.
   */
  recvmsg(fd: number, buffer: Uint8Array): number | [number, ...number[]];
  close(fd: number): void;
  /** Whether everything was read from this socket and nothing more can come. */
  ended(fd: number): boolean;
  /** Bytes that are there to be read, and stay there; 0 at the end, -1 when there is nothing. */
  peek(fd: number, buffer: Uint8Array): number;
  /** A close-on-exec copy, numbered `atLeast` or above; the caller's. */
  duplicate(fd: number, atLeast: number): number;
  /** Makes `to` a copy of `from` that programs inherit. */
  redirect(from: number, to: number): void;
  /** A child of this process; the caller reaps it. Returns when the program runs. Throws the errno of what failed. */
  spawn(options: ProgramOptions): [pid: number, /** The caller's. */ pidfd: number];
  /** This process becomes the program. Returns the errno of what failed; the process can only report it and leave then. */
  exec(options: ProgramOptions): number;
  /** Ends the process without any of the usual steps. */
  leave(code: number): never;
  inheritance(): Inheritance;
  /** Another number when what {@link inheritance} answers has changed. */
  inheritanceAge(): number;
  /**
   * Why the maker of a socket may not say what this process is to be; undefined when the maker is an ancestor of this process,
   * or the other end is closed, and the user is the same, or root.
   */
  whyStranger(fd: number): string | undefined;
  /** This process's, as the kernel's strings are: what is no UTF-8 stays what it is. */
  environment(): Buffer;
  /** What tells this process's working directory from every other that somebody has open; undefined before Linux 5.8. */
  identifyDirectory(): DirectoryIdentity | undefined;
  /** A descriptor of it, the caller's; -1 when it is the `known` one. */
  workingDirectory(known?: DirectoryIdentity): number;
  /** The kernel's answer; `process.pid` is stale in a forked child. */
  getpid(): number;
  /** False before Linux 5.4, and where a sandbox denies what is done with them: nothing of the addon is of use then. */
  hasPidfds(): boolean;
  pidfdOpen(pid: number): number;
  /** False when the process is gone. */
  pidfdSignal(pidfd: number, signal: number): boolean;
  /** Reaps a child of this process; undefined while it runs; null: it is no child, or somebody else has reaped it. */
  pidfdWait(pidfd: number): WaitStatus | undefined | null;
  setsid(): void;
  /**
   * Whoever wakes this process goes on first. What it forks, spawns or becomes does not give way. Nothing changes in a process
   * whose scheduling policy is not the usual one.
   */
  giveWay(): void;
  ignoreSignal(signal: number): void;
  defaultSignal(signal: number): void;
  watchChildren(callback: () => void): void;
  /** A spawned child is among those that reapChildren() asks for. */
  adoptChild(pid: number): void;
  reapChildren(): [pid: number, ...WaitStatus][];
  hasGuard(): boolean;
  adoptThreads(): void;
  activeRequests(): number;
  /** Call it from the check phase (setImmediate): no event of this turn may be left to both processes. */
  fork(patienceMs: number): ForkResult;
  /** While armed, this process ends soon after `fd` hangs up, even in a busy loop. -1: no more. */
  lifeline(fd: number): void;
  /**
   * Once, early: no exit and no signal has the terminal put back into a state of before. An event loop that becomes empty
   * needs {@link hideTerminal} besides.
   */
  keepTerminal(): void;
  /** Standard streams that are a terminal are another file from now on: /dev/tty, or /dev/null where there is none. */
  hideTerminal(): void;
  /** _exit(2), with C's own streams flushed. */
  quickExit(code: number): never;
  /**
   * @param events that it starts for; 0: not yet
   * @param child `fd` is the pidfd of a child, to be reaped when the thread of JavaScript ends
   */
  Poller: new (
    fd: number,
    callback: (events: number) => void,
    events: number,
    child?: boolean,
  ) => Poller;
}

/** Too many descriptors are on their way, or the kernel is short of memory: nobody says when that is over. */
export const CONGESTED = -2;
/** How long to wait until it is tried again. */
export const CONGESTION_MS = 10;

export const READABLE = 1;
export const WRITABLE = 2;

const ADDON = "desktop_fork.node";
const NOT_ALLOWED =
  "native addons are not allowed here: Node was started with --permission and without --allow-addons, or with --no-addons";
const GUARD = "desktop_fork_guard.so";

/** The folders that may hold the addon, best first. */
function candidates(): string[] {
  if (LIBRARY !== undefined) return foldersOf(path.dirname(unpackedPath(LIBRARY)));
  // The library is part of the program: the files may have been put beside it, or its package is installed.
  const program = programFile();
  const beside = [path.dirname(process.execPath)];
  if (program === undefined) return beside;
  return [path.dirname(program), ...beside, ...installedFolders(program)];
}

function foldersOf(root: string): string[] {
  const native = path.join(root, "native");
  return [path.join(native, "build", "Release"), path.join(native, "prebuilds", `${process.platform}-${process.arch}`)];
}

function installedFolders(program: string): string[] {
  try {
    return foldersOf(path.dirname(createRequire(program).resolve("desktop-fork/package.json")));
  } catch {
    return [];
  }
}

/** @returns the addon, or the reason why there is none */
export function loadAddon(): Addon | Error {
  const tried: string[] = [];
  for (const candidate of candidates().map((folder) => path.join(folder, ADDON))) {
    try {
      return loadAddonFile(candidate);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_DLOPEN_DISABLED") return new Error(NOT_ALLOWED);
      tried.push(`${candidate}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
    }
  }
  const asset = openAsset(ADDON);
  if (asset !== undefined) {
    try {
      return loadAddonFile(descriptorPath(asset));
    } catch (error) {
      tried.push(`the executable's asset: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      fs.closeSync(asset);
    }
  }
  return new Error(
    `the native addon can't be loaded; run "npm rebuild desktop-fork" to build it. Tried:\n  ${tried.join("\n  ")}`,
  );
}

function descriptorPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** The files that a template's runtime is started with. */
export interface NativeFiles {
  /** Path, as the new process sees it. */
  addon: string;
  guard: string | undefined;
  /** What the new process has to be given as its descriptors from {@link FIRST_FILE_FD} on; they stay open. */
  descriptors: readonly number[];
}

/** Beyond the standard streams and the channel. */
export const FIRST_FILE_FD = 4;

let assets: NativeFiles | undefined;

/** @returns undefined where they are missing */
export function nativeFiles(): NativeFiles | undefined {
  for (const folder of candidates()) {
    const addon = path.join(folder, ADDON);
    const guard = path.join(folder, GUARD);
    if (fs.existsSync(addon)) return { addon, guard: fs.existsSync(guard) ? guard : undefined, descriptors: [] };
  }
  assets ??= nativeAssets();
  return assets;
}

function nativeAssets(): NativeFiles | undefined {
  const addon = openAsset(ADDON);
  if (addon === undefined) return undefined;
  const guard = openAsset(GUARD);
  return {
    addon: descriptorPath(FIRST_FILE_FD),
    guard: guard === undefined ? undefined : descriptorPath(FIRST_FILE_FD + 1),
    descriptors: guard === undefined ? [addon] : [addon, guard],
  };
}
