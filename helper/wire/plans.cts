/** The JSON parts of messages: what travels as the first value of Hello, Fork, Run, Forked and Exited. */

/** Why a process can't be forked, in words for people; undefined when it can. */
export interface Hello {
  protocol: number;
  pid: number;
  node: string;
  unforkable?: string;
}

/** What a fresh runtime is told on its command line. */
export interface StartPlan {
  title: string;
  /** What `process.execArgv` shall be. */
  execArgv: readonly string[];
  /** Path of the addon; without one the process can't be forked and takes no handles. */
  addon?: string;
  /** Known already: why it can't be forked. */
  unforkable?: string;
  /** Whether to fork a child on trial before saying hello. */
  tryFork?: boolean;
  detached?: boolean;
}

/** How a forked process differs from its template. */
export interface ForkPlan {
  title: string;
  detached?: boolean;
  cwd?: string;
  /** Replaces the whole environment. */
  env?: Record<string, string>;
}

/** What to enter: a function of the global scope, or an export of a module. */
export type RunPlan =
  | { function: string; title: string }
  | { module: string; from: string; export: string; title: string };

export interface ExitReport {
  pid: number;
  code: number | null;
  /** The number of the signal. */
  signal: number | null;
}

/** What travels as a handle, and so what it becomes on arrival. */
export type HandleKind = "socket" | "server" | "descriptor";
