/** The JSON parts of messages: what travels as the first value of Hello, Start, Fork, Run, Spawn, Exec and Exited. */

/** Why a process can't be forked, in words for people; undefined when it can. */
export interface Hello {
  protocol: number;
  pid: number;
  node: string;
  unforkable?: string;
}

/**
 * The variable that tells a fresh runtime of the Start message in its channel, by the token that the message begins with. It
 * is no secret: it only keeps a runtime from taking anything else for that message.
 */
export const START_VARIABLE = "DESKTOP_FORK_START";

/** Where a fresh runtime has its channel. */
export const CHANNEL_FD = 3;

export interface StartPlan {
  /** The last argument, which only makes room for titles. */
  argument: string;
  title: string;
  /** Pid of the program that the process works for. */
  owner: number;
  /** What `process.execArgv` shall be. */
  execArgv: readonly string[];
  /** Path of the addon; without one the process can't be forked and takes no handles. */
  addon?: string;
  /** What was put at the head of LD_PRELOAD for this runtime alone. */
  preload?: string;
  /** Descriptors that are of no use once the addon is loaded. */
  files?: readonly number[];
  /** The program is to run as far as Template.ofProgram(). */
  program?: boolean;
  /** Known already: why it can't be forked. */
  unforkable?: string;
  /** It will only be forked, and start programs. */
  template?: boolean;
  /** Whether the fork self-test comes before the hello. */
  tryFork?: boolean;
  detached?: boolean;
}

/** How a forked process differs from its template. */
export interface ForkPlan {
  title: string;
  detached?: boolean;
  /** What the parent has changed for itself meanwhile: the child follows. A directory that is gone is no failure. */
  umask?: number;
  priority?: number;
  directory?: string;
  /** What was asked for: relative to all that. */
  cwd?: string;
  /** Replaces the whole environment. */
  env?: Record<string, string>;
  /** Per standard stream which of the message's handles after the first it becomes; -1: /dev/null; null: as it is. */
  stdio?: (number | null)[];
  /** Nobody waits for it yet: it may prepare for its start. */
  spare?: boolean;
}

/** What a process that waits for its start will probably run. A wrong guess costs time, nothing else. */
export type PreparePlan = "function" | "rpc";

/** What to enter: a function of the global scope, an export of a module, or the rpc service for a module. */
export type RunPlan = FunctionPlan | RpcPlan;

export type FunctionPlan =
  | { function: string; title: string }
  | { module: string; from: string; export: string; title: string };

/**
 * A program to start. Its arguments (`argv[0]` first) and its environment (`NAME=value`) follow, each a list of
 * NUL-terminated strings in one value, and then what else it has from the parent (native/addon/addon.cts, `Inheritance`). What is left out it
 * has from the process which starts, or becomes, the program.
 */
export interface ProgramPlan {
  /** Without a slash it is searched for in the PATH of the program's environment. */
  file: string;
  /** Per descriptor of the program which of the message's handles it becomes; -1: /dev/null up to 2, nothing above. */
  stdio: number[];
  /** Which of the message's handles is the directory to start in, and that `cwd` counts from. */
  directory?: number;
  cwd?: string;
  /** Starts a session of its own. */
  session?: boolean;
  uid?: number;
  gid?: number;
  /** Resource, soft limit, hard limit, one after the other, as of setrlimit(2); -1: no limit. */
  limits?: number[];
  /** As of nice(1). Default: the parent's. */
  priority?: number;
}

export interface RpcPlan {
  service: "rpc";
  /** Its exports can be called. */
  module: string;
  from: string;
  title: string;
  maxFrameBytes: number;
  /** Name of an export to call first, with what was sent to the process. */
  init?: string;
  /** Name of an export to call when the caller wants no more. */
  done?: string;
  /** `json`, or a module that exports `serialize` and `deserialize`. */
  serializer?: string;
  /** Whether what was written to the standard streams has to leave this process before a result does. */
  outputFirst?: boolean;
}

export interface ExitReport {
  pid: number;
  code: number | null;
  /** The number of the signal. */
  signal: number | null;
}

/** What a parent has to know of a process that another gives it. */
export interface HandoverPlan {
  pid: number;
  title: string;
  detached: boolean;
  /** Only of one that can't be forked: its forks are fresh runtimes, which repeat what it was told. */
  repeat?: {
    /** Why it can't be forked. */
    reason: string;
    runtime?: string | undefined;
    execArgv?: readonly string[] | undefined;
    strategy?: "fork" | "exec" | undefined;
    startTimeoutMs?: number | undefined;
    cwd: string;
    env: Readonly<Record<string, string | undefined>>;
    /** How many messages follow: what it was told. */
    steps: number;
  };
}

/** What travels as a handle, and so what it becomes on arrival. */
export type HandleKind = "socket" | "server" | "descriptor";
