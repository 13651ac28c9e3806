/**
 * What code in a process of ours can know of it: found by a global symbol, because a module that is loaded here may bring
 * its own copy of the library.
 */
import type { Addon } from "../../native/addon/addon.cjs";

export interface ProcessFacts {
  /** The program that this process works for. */
  readonly owner: number;
  /** The one that this process has loaded. */
  readonly addon: Addon | undefined;
  takeArguments(): unknown[];
  /** What to do in a forked child before anything else: whatever belongs to the process that it was forked from. */
  readonly onFork: Set<() => void>;
  /** What a process that waits for its start plays besides the start itself. */
  readonly plays?: Set<() => Promise<void>>;
  /** Plays the end of a process, without ending it. */
  readonly rehearseExit?: () => void;
  /** There while the program has not come to the point where it becomes a template. */
  arrive?: (functions: Record<string, unknown>) => never;
}

const KEY = Symbol.for("desktop-fork.process");
const globals = globalThis as { [KEY]?: ProcessFacts };

export function setFacts(facts: ProcessFacts): void {
  globals[KEY] = facts;
}

/** Undefined in a program that nobody made with this library. */
export function processFacts(): ProcessFacts | undefined {
  return globals[KEY];
}
