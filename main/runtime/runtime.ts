/** The executable that hosts a template, and what it is started with. */
import fs from "node:fs";
import path from "node:path";
import { ignoreVariables } from "../../helper/protocol/environment.cjs";
import { type NativeFiles, nativeFiles } from "../../native/addon/addon.cjs";
import { unpackedPath } from "../../native/locate/archive.cjs";
import { isSingleExecutable, LIBRARY, programFile } from "../../native/locate/place.cjs";
import { tryAddon } from "../base/addon.js";
import { variable } from "../base/environment.js";
import { ForkError } from "../base/errors.js";
import { permissionFlags } from "../base/permission.js";
import { commandPrefix } from "./command-prefix.js";
import { chooseHost } from "./electron-host.js";
import { isPackaged, withoutOpeners } from "./electron-packaged.js";

export interface Runtime {
  /** Path of the executable. */
  file: string;
  /** A command that executes the runtime with its arguments. Mostly none. */
  prefix: readonly string[];
  /** What comes between the executable and the plan: flags, the library's and the caller's, and a script. */
  args: string[];
  /** The caller's flags, and what restricts this program. */
  execArgv: readonly string[];
  env: Record<string, string>;
  /** The addon for the process to load; undefined: it lives without. */
  files: NativeFiles | undefined;
  /** What stands at the head of LD_PRELOAD for this process alone. */
  preload: string | undefined;
  /** Why it can't be forked, as far as the parent can tell. */
  unforkable: string | undefined;
}

export interface RuntimeOptions {
  /**
   * Path of the executable: a Node, or an Electron. Default: what {@link setRuntime} or desktopFork() was told; else the
   * environment's DESKTOP_FORK_RUNTIME; else a Node that was shipped with an Electron app; else the one that runs this
   * program.
   */
  runtime?: string | undefined;
  /**
   * Flags for the runtime. Default: none; those of this program are not passed on. With `--inspect` the strategy is
   * `exec`: forks can't share an inspector.
   */
  execArgv?: readonly string[] | undefined;
  /**
   * The process's whole environment. Default: that of this program at this moment; in an Electron app whose runtime is a
   * Node, without LD_PRELOAD and the libraries of an AppImage.
   */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** `exec` never forks. Default: `fork` where that works. */
  strategy?: "fork" | "exec" | undefined;
}

export interface ProcessOptions extends RuntimeOptions {
  /** The process runs this program as far as Template.ofProgram(). */
  program?: boolean | undefined;
  /** Niceness; undefined: this program's. */
  priority?: number | undefined;
}

let programRuntime: string | undefined;

/**
 * Names the executable for all processes that this program executes from now on, unless they are given one themselves.
 * @param file path of a Node or an Electron; undefined: the default again
 */
export function setRuntime(file: string | undefined): void {
  if (file !== undefined && (typeof file !== "string" || file === ""))
    throw new ForkError("ERR_FORK_ARGUMENT", "setRuntime: a runtime is named by its path");
  programRuntime = file;
}

let hosted = false;

/** The program's first module is able to make it a runtime of its own. */
export function setHosted(): void {
  hosted = true;
}

/**
 * V8 gives no work to threads, so a child rarely has to revive one. That is `--single-threaded` in parts: the parts do not
 * count when V8 compares its flags with those of a code cache, and so Node's own modules load from theirs.
 */
const FORKABLE_FLAGS = ["--single-threaded-gc", "--no-concurrent-recompilation", "--no-concurrent-sparkplug"];

let defaults: RuntimeOptions = {};
/** Whether this program is an Electron app, or says so. */
let app = false;

/** The app's environment is whoever's that starts the app, and has no say. */
let closed = isPackaged();
ignoreVariables(closed);

/**
 * What desktopFork() was told: for all processes that this program executes from now on.
 * @param isClosed nothing of the app's environment may decide what code its processes run
 */
export function setAppDefaults(options: RuntimeOptions, isClosed = isPackaged()): void {
  defaults = options;
  app = true;
  closed = isClosed;
  ignoreVariables(closed);
}

/** @throws ForkError ERR_FORK_RUNTIME when there is nothing that can host a template */
export function chooseRuntime(options: ProcessOptions): Runtime {
  const execArgv = [...permissionFlags(), ...(options.execArgv ?? defaults.execArgv ?? [])];
  const strategy = options.strategy ?? defaults.strategy;
  const files = tryAddon() instanceof Error ? undefined : nativeFiles();
  const unforkable = whyUnforkable(strategy, files) ?? whyNotWith(execArgv);
  const { file, env } = chooseHost({
    runtime: options.runtime ?? programRuntime ?? defaults.runtime ?? variable("DESKTOP_FORK_RUNTIME"),
    env: options.env ?? defaults.env,
    app,
  });
  const environment = cleanEnvironment(closed ? withoutOpeners(env, process.env) : env);
  const preload = unforkable === undefined ? files?.guard : undefined;
  const preloads = preload && [preload, environment["LD_PRELOAD"]].filter(Boolean).join(":");
  const prefix = commandPrefix(preloads);
  if (preloads !== undefined && prefix.length === 0) environment["LD_PRELOAD"] = preloads;
  const flags = unforkable === undefined ? [...FORKABLE_FLAGS, ...execArgv] : [...execArgv];
  const args = [...(takesFlags(file) ? flags : []), ...scriptOf(file, options.program ?? false)];
  return { file, prefix, args, execArgv, env: environment, files, preload, unforkable };
}

/** The executable of a single-executable application hands everything to its program. */
function takesFlags(runtime: string): boolean {
  return !isSingleExecutable || runtime !== process.execPath;
}

/** What the runtime is to run: the helper, or this program again. */
function scriptOf(runtime: string, program: boolean): string[] {
  if (LIBRARY === undefined && !hosted)
    throw new ForkError(
      "ERR_FORK_RUNTIME",
      'desktop-fork is bundled into this program, which has to import "desktop-fork/early" as its first module then',
    );
  const helper = LIBRARY && path.join(unpackedPath(LIBRARY), "helper");
  if (helper !== undefined && !program) return [helperFile(path.join(helper, "boot"))];
  const arguments_ = program ? process.argv.slice(2) : [];
  if (!takesFlags(runtime)) return arguments_;
  const file = programFile();
  if (file === undefined)
    throw new ForkError("ERR_FORK_RUNTIME", `'${runtime}' can't run this program: there is no file of it`);
  const preload = helper === undefined ? [] : ["--require", path.join(helper, "boot", "program.cjs")];
  return [...preload, file, ...arguments_];
}

/** The bundle, where one was made. */
function helperFile(folder: string): string {
  const bundle = path.join(folder, "desktop-fork-helper.cjs");
  return fs.existsSync(bundle) ? bundle : path.join(folder, "main.cjs");
}

/** What is known without starting a runtime. */
export function whyUnforkable(
  strategy: "fork" | "exec" | undefined,
  files: ReturnType<typeof nativeFiles> = nativeFiles(),
): string | undefined {
  if (strategy === "exec") return "the strategy 'exec' was asked for";
  if (hasRaisedRights()) return "this program's real and effective ids differ: the fork guard is not preloaded then";
  if (variable("DESKTOP_FORK_STRATEGY") === "exec") return "DESKTOP_FORK_STRATEGY is 'exec'";
  const addon = tryAddon();
  if (addon instanceof Error) return addon.message;
  if (files?.guard === undefined) return "the fork guard was not built";
  return undefined;
}

/** An inspector has a thread that waits at a port: a fork would name its template's as its own, and never be asked. */
function whyNotWith(execArgv: readonly string[]): string | undefined {
  const flag = execArgv.find((text) => /^--inspect(-brk|-wait)?(=|$)/.test(text));
  return flag && `the runtime has an inspector by ${flag}, which can't be shared with forks`;
}

/** As the dynamic linker sees it, in what this program executes. */
function hasRaisedRights(): boolean {
  const { getuid, geteuid, getgid, getegid } = process;
  return getuid?.() !== geteuid?.() || getgid?.() !== getegid?.();
}

function cleanEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) clean[name] = value;
  // An inspector has a port and a thread of its own; neither can be shared with children.
  const options = clean["NODE_OPTIONS"]?.replace(/(^|\s)--(inspect|debug)\S*/g, " ").trim();
  if (options) clean["NODE_OPTIONS"] = options;
  else delete clean["NODE_OPTIONS"];
  return clean;
}
