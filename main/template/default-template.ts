/** The empty template that everything without one of its own is forked from. */
import { ForkError } from "../base/errors.js";
import { workingDirectory } from "../base/rights.js";
import { addPreload, TemplateProcess } from "./template-process.js";

/** For the default template, running or not, and for all that start later. */
export function preloadInTemplates(file: string): void {
  if (addPreload(file)) shared?.preload(file);
}

let shared: TemplateProcess | undefined;

export interface DefaultTemplateOptions {
  /** Working directory, also of workers. Default: that of this program at this moment. */
  cwd?: string | undefined;
  /** Processes to have ready. Default: 1 where forks work, else 0. */
  spares?: number | undefined;
  /** How long the runtime may take before it says hello, in milliseconds. Default: 30,000. */
  startTimeoutMs?: number | undefined;
}

/** Starts on first use. */
export function defaultTemplate(): TemplateProcess {
  shared ??= newDefaultTemplate();
  return shared;
}

/** @throws ForkError ERR_FORK_ARGUMENT when it was started already */
export function startDefaultTemplate(options: DefaultTemplateOptions): TemplateProcess {
  if (shared !== undefined)
    throw new ForkError("ERR_FORK_ARGUMENT", "the default template was started already, perhaps by desktop-fork/early");
  shared = newDefaultTemplate(options);
  return shared;
}

function newDefaultTemplate(options: DefaultTemplateOptions = {}): TemplateProcess {
  return new TemplateProcess({ ...options, name: "default", modules: [], findFrom: () => workingDirectory() ?? "/" });
}

/** Ends it, if there is one; the next use starts another. */
export function closeDefaultTemplate(): void {
  shared?.close();
  shared = undefined;
}
