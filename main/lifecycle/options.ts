/** How processes come to life: what is asked for, and what is known of how. */

import type { ProcessType } from "../connection/registry.js";
import type { Stdio } from "../handles/stdio.js";
import type { ProcessOptions } from "../runtime/runtime.js";

/** How a new process differs from what it is made of. */
export interface BirthOptions {
  title: string;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string | undefined>> | undefined;
  detached?: boolean | undefined;
  /** The process's from now on. */
  stdio?: Stdio | undefined;
  signal?: AbortSignal | undefined;
  /** Nobody waits for it yet. */
  spare?: boolean | undefined;
}

export interface ExecOptions extends BirthOptions, ProcessOptions {
  type?: ProcessType;
  startTimeoutMs?: number | undefined;
}

/** Undefined: not known yet. */
export type Strategy = { name: "fork" } | { name: "exec"; reason: string } | undefined;

/** @param unforkable why it can't be forked; undefined: it can */
export function strategyOf(unforkable: string | undefined): NonNullable<Strategy> {
  return unforkable === undefined ? { name: "fork" } : { name: "exec", reason: unforkable };
}

/** What `ps` shows: whose process it is, then what it is. */
export function titleOf(what: string): string {
  return `${process.pid} desktop-fork ${what}`;
}
