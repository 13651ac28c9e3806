/** The shapes of spawn(): those of node:child_process, without the IPC channel. */
import type {
  ChildProcess,
  ChildProcessByStdio,
  ChildProcessWithoutNullStreams,
  SpawnOptions as NodeSpawnOptions,
} from "node:child_process";
import type { Readable, Stream, Writable } from "node:stream";
import type { ResourceOptions } from "./resources.js";

/** What one descriptor of a program can be. */
export type StdioOption = "pipe" | "overlapped" | "ignore" | "inherit" | Stream | number | null | undefined;

export interface SpawnOptions extends Omit<NodeSpawnOptions, "stdio" | "serialization">, ResourceOptions {
  /**
   * For all three standard descriptors, or one by one for as many descriptors as the program shall have. There is no
   * `"ipc"`.
   */
  stdio?: "pipe" | "overlapped" | "ignore" | "inherit" | readonly StdioOption[] | undefined;
}

export interface SpawnOptionsWithoutStdio extends SpawnOptions {
  stdio?: "pipe" | "overlapped" | undefined;
}

export interface SpawnOptionsWithStdioTuple<I extends StdioOption, O extends StdioOption, E extends StdioOption>
  extends SpawnOptions {
  stdio: readonly [I, O, E];
}

/** A stream of the process object: there only where it was piped. */
export type End<S extends StdioOption, Piped> = S extends "pipe" | "overlapped" | null | undefined ? Piped : null;

/** `spawn` of node:child_process, except that `pid` is undefined until the event `spawn`. */
export interface Spawn {
  (file: string, options?: SpawnOptionsWithoutStdio): ChildProcessWithoutNullStreams;
  <I extends StdioOption, O extends StdioOption, E extends StdioOption>(
    file: string,
    options: SpawnOptionsWithStdioTuple<I, O, E>,
  ): ChildProcessByStdio<End<I, Writable>, End<O, Readable>, End<E, Readable>>;
  (file: string, options: SpawnOptions): ChildProcess;
  (file: string, args?: readonly string[], options?: SpawnOptionsWithoutStdio): ChildProcessWithoutNullStreams;
  <I extends StdioOption, O extends StdioOption, E extends StdioOption>(
    file: string,
    args: readonly string[],
    options: SpawnOptionsWithStdioTuple<I, O, E>,
  ): ChildProcessByStdio<End<I, Writable>, End<O, Readable>, End<E, Readable>>;
  (file: string, args: readonly string[], options: SpawnOptions): ChildProcess;
}
