/** execFile() and exec(): a program's whole output at once. */
import childProcess, { type ChildProcess } from "node:child_process";
import { promisify } from "node:util";
import { isText } from "../base/option-kinds.js";
import { type Callback, collectOutput, type OutputOptions } from "./output.js";
import { isKillSignal } from "./signals.js";
import { spawn } from "./spawn.js";

interface Options extends OutputOptions {
  [other: string]: unknown;
}

interface Call {
  file: string;
  args: readonly string[];
  options: Options;
  callback: Callback | undefined;
}

/** What execFile() passes on to spawn(), and nothing else. */
const PASSED_ON = ["cwd", "env", "gid", "shell", "signal", "uid", "windowsHide", "windowsVerbatimArguments"];

/**
 * Runs a program and collects its output, as `execFile` of node:child_process does, by way of {@link spawn}.
 *
 * @throws what child_process throws for the same arguments
 */
export const execFile = promisable("execFile", (...given: unknown[]): ChildProcess => {
  const call = readCall(given);
  if (call === undefined || isInArchive(call.file)) return Reflect.apply(childProcess.execFile, undefined, given);
  return collect(call);
}) as typeof childProcess.execFile;

/**
 * Runs a command in a shell and collects its output, as `exec` of node:child_process does, by way of {@link spawn}.
 *
 * @throws what child_process throws for the same arguments
 */
export const exec = promisable("exec", (command: unknown, options?: unknown, callback?: unknown): ChildProcess => {
  if (typeof options === "function") return exec(command as string, undefined, options as never);
  const { shell, ...others } = (options ?? {}) as Options;
  if (!isText(command)) return childProcess.exec(command as string, options as object, callback as never);
  const inShell = { ...others, shell: typeof shell === "string" ? shell : true };
  return execFile(command, inShell as object, callback as never) as ChildProcess;
}) as typeof childProcess.exec;

/** With promisify() they resolve with both outputs, and their promise has the process as `child`. */
function promisable<F extends (...args: never[]) => ChildProcess>(name: string, work: F): F {
  const promised = (...args: unknown[]) => {
    let callback!: Callback;
    const promise = new Promise((resolve, reject) => {
      callback = (error, stdout, stderr) =>
        error === null ? resolve({ stdout, stderr }) : reject(Object.assign(error, { stdout, stderr }));
    });
    // Not in the promise: what is thrown for bad arguments is thrown here.
    const child: ChildProcess = Reflect.apply(work, undefined, [...args, callback]);
    return Object.assign(promise, { child });
  };
  Object.defineProperty(work, "name", { value: name });
  Object.defineProperty(promised, "name", { value: name });
  return Object.defineProperty(work, promisify.custom, { value: promised });
}

/** @returns undefined for what child_process would refuse */
function readCall(given: readonly unknown[]): Call | undefined {
  const [file, ...rest] = given;
  const args = Array.isArray(rest[0]) ? [...(rest.shift() as string[])] : undefined;
  if (args === undefined && rest.length > 1 && (rest[0] === null || rest[0] === undefined)) rest.shift();
  const options = typeof rest[0] === "function" ? undefined : rest.shift();
  const callback = rest[0] ?? undefined;
  if (typeof file !== "string" || (callback !== undefined && typeof callback !== "function")) return undefined;
  if (options !== undefined && options !== null && (typeof options !== "object" || Array.isArray(options)))
    return undefined;
  const chosen: Options = { ...options };
  if (!areLimitsValid(chosen)) return undefined;
  return { file, args: args ?? [], options: chosen, callback: callback as Callback | undefined };
}

function areLimitsValid({ timeout, maxBuffer, killSignal, argv0 }: Options): boolean {
  const isTimeout = timeout === undefined || timeout === null || (Number.isInteger(timeout) && timeout >= 0);
  const isMaximum = maxBuffer === undefined || maxBuffer === null || (typeof maxBuffer === "number" && maxBuffer >= 0);
  const isSignal = killSignal === undefined || killSignal === null || isKillSignal(killSignal);
  return isTimeout && isMaximum && isSignal && (argv0 === undefined || argv0 === null || isText(argv0));
}

/** Electron's execFile knows how to run what is in its archives. */
function isInArchive(file: string): boolean {
  return "electron" in process.versions && /\.asar(\/|$)/.test(file);
}

function collect({ file, args, options, callback }: Call): ChildProcess {
  const passed: Record<string, unknown> = {};
  for (const name of PASSED_ON) if (options[name] !== undefined) passed[name] = options[name];
  const child = spawn(file, args, passed);
  collectOutput({ child, options, command: [file, ...args].join(" "), callback });
  return child;
}
