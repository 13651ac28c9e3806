/** The executable that hosts a template, and what it is started with. */
import { fileURLToPath } from "node:url";
import { nativeFiles } from "../native/addon.cjs";
import { unpackedPath } from "../native/archive.cjs";
import { chooseHost } from "./electron/host.js";
import { tryAddon } from "./native.js";

export interface Runtime {
  /** Path of the executable. */
  file: string;
  /** Flags before the script: the library's and the caller's. */
  flags: string[];
  /** The caller's flags. */
  execArgv: readonly string[];
  env: Record<string, string>;
  /** Path of the addon for the process to load; undefined: it lives without. */
  addon: string | undefined;
  /** Why it can't be forked, as far as the parent can tell. */
  unforkable: string | undefined;
}

export interface RuntimeOptions {
  /**
   * Path of the executable: a Node, or an Electron. Default: the one that runs this program; in an Electron app a Node
   * that was shipped with it, if there is one.
   */
  runtime?: string | undefined;
  /** Flags for the runtime. Default: none; those of this program are not passed on. */
  execArgv?: readonly string[] | undefined;
  /**
   * The process's whole environment. Default: that of this program at this moment; in an Electron app whose runtime is a
   * Node, without LD_PRELOAD and the libraries of an AppImage.
   */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** `exec` never forks. Default: `fork` where that works. */
  strategy?: "fork" | "exec" | undefined;
}

export const HELPER = unpackedPath(fileURLToPath(new URL("../helper/main.cjs", import.meta.url)));

/**
 * `--single-threaded`: V8 gives no work to threads, so a child rarely has to revive one. `--no-flush-bytecode`: what
 * the template has compiled stays.
 */
const FORKABLE_FLAGS = ["--single-threaded", "--no-flush-bytecode"];

let defaults: RuntimeOptions = {};
/** Whether this program is an Electron app, or says so. */
let app = false;

/** What desktopFork() was told: for all processes that this program executes from now on. */
export function setAppDefaults(options: RuntimeOptions): void {
  defaults = options;
  app = true;
}

/** @throws ForkError ERR_FORK_RUNTIME when an Electron app has nothing that can host a template */
export function chooseRuntime(options: RuntimeOptions): Runtime {
  const execArgv = options.execArgv ?? defaults.execArgv ?? [];
  const strategy = options.strategy ?? defaults.strategy;
  const files = tryAddon() instanceof Error ? undefined : nativeFiles();
  const unforkable = whyUnforkable(strategy, files);
  const { file, env } = chooseHost({
    runtime: options.runtime ?? defaults.runtime,
    env: options.env ?? defaults.env,
    app,
  });
  const environment = cleanEnvironment(env);
  if (unforkable === undefined && files?.guard !== undefined)
    environment["LD_PRELOAD"] = [files.guard, environment["LD_PRELOAD"]].filter(Boolean).join(":");
  const flags = unforkable === undefined ? [...FORKABLE_FLAGS, ...execArgv] : [...execArgv];
  return { file, flags, execArgv, env: environment, addon: files?.addon, unforkable };
}

/** What is known without starting a runtime. */
export function whyUnforkable(
  strategy: "fork" | "exec" | undefined,
  files: ReturnType<typeof nativeFiles> = nativeFiles(),
): string | undefined {
  if (strategy === "exec") return "the strategy 'exec' was asked for";
  if (process.env["DESKTOP_FORK_STRATEGY"] === "exec") return "DESKTOP_FORK_STRATEGY is 'exec'";
  const addon = tryAddon();
  if (addon instanceof Error) return addon.message;
  if (files?.guard === undefined) return "the fork guard was not built";
  return undefined;
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
