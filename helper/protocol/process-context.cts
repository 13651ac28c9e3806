/**
 * What code in a process of ours can know of it: found by a global symbol, because a module that is loaded here may bring
 * its own copy of the library.
 */
import type net from "node:net";
import type { Addon } from "../../native/addon/addon.cjs";
import type { Value } from "./message.cjs";

/** What a worker's function receives after its socket. */
export type Argument = Value | net.Socket | net.Server | number;

export interface ProcessContext {
  /** The program that this process works for. */
  readonly owner: number;
  /** The one that this process has loaded. */
  readonly addon: Addon | undefined;
  takeArguments(): Argument[];
  /** What to do in a forked child before anything else: whatever belongs to the process that it was forked from. */
  readonly onFork: Set<() => void>;
  /** Called when the rpc service was loaded ahead of need. */
  serviceLoaded?: () => void;
  /** There while the program has not come to the point where it becomes a template. */
  becomeTemplate?: (functions: Record<string, unknown>) => never;
}

const KEY = Symbol.for("desktop-fork.process");
const globals = globalThis as { [KEY]?: ProcessContext };

export function setProcessContext(context: ProcessContext): void {
  globals[KEY] = context;
}

/** Undefined in a program that nobody made with this library. */
export function processContext(): ProcessContext | undefined {
  return globals[KEY];
}
