/** The arguments of spawn(), checked and in one form. */
import { fileURLToPath } from "node:url";
import { type Resources, readResources } from "./resources.js";
import { isKillSignal } from "./signals.js";
import { readStdio, type StdioItem } from "./stdio.js";

export type Environment = Readonly<Record<string, unknown>>;

export interface Command {
  file: string;
  /** `argv[0]` first. */
  args: string[];
  /** Undefined: that of this program. */
  env: Environment | undefined;
  cwd: string | undefined;
  stdio: StdioItem[];
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

type Options = Record<string, unknown>;

const SHELL = "/bin/sh";

/**
 * @returns undefined for everything that child_process would refuse. It is left to refuse it, in its own words; what it
 *   knows and this does not, it does.
 * @throws ForkError ERR_FORK_UNSUPPORTED for "ipc"; ERR_FORK_ARGUMENT for limits or a priority that are none
 */
export function readCommand(file: unknown, args: unknown, options: unknown): Command | undefined {
  if (args !== undefined && args !== null && !Array.isArray(args)) return readCommand(file, [], args);
  const given = readOptions(options);
  if (given === undefined || !isText(file) || file === "") return undefined;
  const words = readWords(args ?? []);
  const cwd = readPath(given["cwd"]);
  const stdio = readStdio(given["stdio"] || "pipe");
  if (words === undefined || cwd === undefined || stdio === undefined || !hasOrderlyEnvironment(given["env"]))
    return undefined;

  const { shell, argv0 } = given;
  const program = shell ? (typeof shell === "string" ? shell : SHELL) : file;
  const rest = shell ? ["-c", [file, ...words].join(" ")] : words;
  return {
    file: program,
    args: [(argv0 as string | null | undefined) ?? program, ...rest],
    env: (given["env"] as Environment | undefined) || undefined,
    cwd: cwd ?? undefined,
    stdio,
    detached: Boolean(given["detached"]),
    uid: (given["uid"] as number | null | undefined) ?? undefined,
    gid: (given["gid"] as number | null | undefined) ?? undefined,
    timeout: (given["timeout"] as number | null | undefined) ?? 0,
    killSignal: (given["killSignal"] as NodeJS.Signals | null | undefined) ?? undefined,
    signal: given["signal"] as AbortSignal | undefined,
    resources: readResources(given),
  };
}

/** The kernel's strings end at a NUL. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

const CHECKS: Record<string, (value: unknown) => boolean> = {
  __proto__: null as never,
  detached: isBoolean,
  windowsHide: isBoolean,
  windowsVerbatimArguments: isBoolean,
  uid: isInt32,
  gid: isInt32,
  shell: (shell) => typeof shell === "boolean" || isText(shell),
  argv0: isText,
  timeout: (timeout) => Number.isInteger(timeout) && (timeout as number) >= 0,
  killSignal: isKillSignal,
  serialization: (mode) => mode === "json" || mode === "advanced",
};

function readOptions(options: unknown): Options | undefined {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null || Array.isArray(options)) return undefined;
  // Without a prototype: what somebody has added to that of all objects is no option.
  const own: Options = { __proto__: null, ...options };
  for (const name in own) {
    const value = own[name];
    if (value !== undefined && value !== null && CHECKS[name]?.(value) === false) return undefined;
  }
  const { signal } = own;
  if (signal !== undefined && (typeof signal !== "object" || signal === null || !("aborted" in signal)))
    return undefined;
  return own;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isInt32(value: unknown): boolean {
  return typeof value === "number" && (value | 0) === value;
}

function readWords(args: readonly unknown[]): string[] | undefined {
  const words: string[] = [];
  for (const arg of args) {
    if (typeof arg === "symbol") return undefined;
    const word = String(arg);
    if (!isText(word)) return undefined;
    words.push(word);
  }
  return words;
}

/** @returns null for none, undefined for none that is valid */
function readPath(cwd: unknown): string | null | undefined {
  if (cwd === undefined || cwd === null) return null;
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
