/** How processes start: what is asked for, and what is known of how. */
import type { ProcessType } from "../connection/registry.js";
import type { Stdio } from "../handles/stdio.js";
import type { ProcessOptions } from "../runtime/runtime.js";

/** How a new process differs from what it is made of. */
export interface StartOptions {
  title: string;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string | undefined>> | undefined;
  detached?: boolean | undefined;
  /** The process's from now on. */
  stdio?: Stdio | undefined;
  signal?: AbortSignal | undefined;
  /** Nobody waits for the process yet. */
  spare?: boolean | undefined;
}

/** The same, and what a fresh runtime is made of. */
export interface FreshStartOptions extends StartOptions, ProcessOptions {
  type?: ProcessType;
  startTimeoutMs?: number | undefined;
}

/** Undefined: not known yet. */
export type Strategy = { name: "fork" } | { name: "exec"; reason: string } | undefined;

export const FORK: NonNullable<Strategy> = Object.freeze({ name: "fork" });

/** @param unforkable why the process can't be forked; undefined: it can */
export function strategyOf(unforkable: string | undefined): NonNullable<Strategy> {
  return unforkable === undefined ? FORK : { name: "exec", reason: unforkable };
}

/** What `ps` shows: whose process it is, then what it is. */
export function titleOf(what: string): string {
  return `${process.pid} desktop-fork ${what}`;
}

/** All that a fresh runtime has to be given to be a fork of a process that was started with `own`. */
export function freshOptions(own: FreshStartOptions, options: StartOptions): FreshStartOptions {
  const { strategy, startTimeoutMs, runtime, execArgv, program, priority, cwd, env } = own;
  return {
    ...{ strategy, startTimeoutMs, runtime, execArgv, program, priority },
    ...options,
    cwd: options.cwd ?? cwd,
    env: options.env ?? env,
  };
}
