/** The arguments of spawn(), checked and in one form. */
import { fileURLToPath } from "node:url";
import { isAbortSignal } from "../base/abort.js";
import { isText } from "../base/option-kinds.js";
import { NO_RESOURCES, type Resources, readResources } from "./resources.js";
import { isKillSignal } from "./signals.js";
import { PIPES, readStdio, type StdioItem } from "./stdio.js";

export type Environment = Readonly<Record<string, unknown>>;

export interface Command {
  file: string;
  /** `argv[0]` first. */
  args: string[];
  /** Undefined: that of this program. */
  env: Environment | undefined;
  cwd: string | undefined;
  stdio: readonly StdioItem[];
  detached: boolean;
  uid: number | undefined;
  gid: number | undefined;
  /** In milliseconds; 0: none. */
  timeout: number;
  /** For timeout and signal; undefined: SIGTERM. */
  killSignal: NodeJS.Signals | number | undefined;
  signal: AbortSignal | undefined;
  resources: Resources;
}

const SHELL = "/bin/sh";
const NO_ARGS: readonly unknown[] = [];

/**
 * @returns undefined for everything that child_process would refuse. It is left to refuse it, in its own words; what it
 *   knows and this does not, it does.
 * @throws ForkError ERR_FORK_UNSUPPORTED for "ipc"; ERR_FORK_ARGUMENT for limits or a priority that are none
 */
export function readCommand(file: unknown, args: unknown, options: unknown): Command | undefined {
  if (args !== undefined && args !== null && !Array.isArray(args)) return readCommand(file, NO_ARGS, args);
  if (!isText(file) || file === "") return undefined;
  const words = [file];
  if (!addWords(words, (args ?? NO_ARGS) as readonly unknown[])) return undefined;
  const command: Command = {
    file,
    args: words,
    env: undefined,
    cwd: undefined,
    stdio: PIPES,
    detached: false,
    uid: undefined,
    gid: undefined,
    timeout: 0,
    killSignal: undefined,
    signal: undefined,
    resources: NO_RESOURCES,
  };
  return options === undefined || readOptions(command, options) ? command : undefined;
}

/** What needs all the other options. */
interface Late {
  stdio: unknown;
  shell: unknown;
  argv0: unknown;
  limits: unknown;
  priority: unknown;
}

/** @returns false for options that are none */
function readOptions(command: Command, options: unknown): boolean {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return false;
  const late: Late = { stdio: undefined, shell: undefined, argv0: undefined, limits: undefined, priority: undefined };
  // Its own only: what somebody has added to the prototype of all objects is no option.
  const names = Object.keys(options);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value: unknown = (options as Record<string, unknown>)[name];
    if (value !== undefined && (value !== null || name === "signal") && !readOption(command, late, name, value))
      return false;
  }
  return readLate(command, late);
}

/** @returns false when it is not as child_process wants it; what it does not know, it does not mind */
function readOption(command: Command, late: Late, name: string, value: unknown): boolean {
  switch (name) {
    case "stdio":
    case "limits":
    case "priority":
      late[name] = value;
      return true;
    case "shell":
      late.shell = value;
      return typeof value === "boolean" || isText(value);
    case "argv0":
      late.argv0 = value;
      return isText(value);
    case "cwd":
      command.cwd = readPath(value);
      return command.cwd !== undefined;
    case "env":
      command.env = (value || undefined) as Environment | undefined;
      return hasOrderlyEnvironment(value);
    case "detached":
      command.detached = value as boolean;
      return typeof value === "boolean";
    case "uid":
    case "gid":
      command[name] = value as number;
      return isInt32(value);
    case "timeout":
      command.timeout = value as number;
      return Number.isInteger(value) && (value as number) >= 0;
    case "killSignal":
      command.killSignal = value as NodeJS.Signals;
      return isKillSignal(value);
    case "signal":
      command.signal = value as AbortSignal;
      return isAbortSignal(value);
    case "windowsHide":
    case "windowsVerbatimArguments":
      return typeof value === "boolean";
    case "serialization":
      return value === "json" || value === "advanced";
    default:
      return true;
  }
}

function readLate(command: Command, { stdio, shell, argv0, limits, priority }: Late): boolean {
  const items = readStdio(stdio || "pipe");
  if (items === undefined) return false;
  command.stdio = items;
  if (limits !== undefined || priority !== undefined) command.resources = readResources(limits, priority);
  if (shell) {
    command.file = typeof shell === "string" ? shell : SHELL;
    command.args = [command.file, "-c", command.args.join(" ")];
  }
  if (argv0 !== undefined) command.args[0] = argv0 as string;
  return true;
}

function isInt32(value: unknown): boolean {
  return typeof value === "number" && (value | 0) === value;
}

/** @returns false when one of them can't be an argument */
function addWords(words: string[], args: readonly unknown[]): boolean {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (typeof arg === "symbol") return false;
    const word = String(arg);
    if (!isText(word)) return false;
    words.push(word);
  }
  return true;
}

/** @returns undefined for none that is valid */
function readPath(cwd: unknown): string | undefined {
  if (cwd instanceof URL && cwd.protocol === "file:") return readPath(fileURLToPath(cwd));
  return isText(cwd) ? cwd : undefined;
}

function hasOrderlyEnvironment(env: unknown): boolean {
  if (!env) return true;
  if (typeof env !== "object") return false;
  for (const name in env) {
    const value = (env as Environment)[name];
    if (name.includes("\0") || typeof value === "symbol" || (typeof value === "string" && value.includes("\0")))
      return false;
  }
  return true;
}
