/** Who starts programs: a template, or child_process where there is none. */
import { debuglog } from "node:util";
import type { Addon, DirectoryIdentity } from "../../native/addon/addon.cjs";
import { requireAddon } from "../base/addon.js";
import type { ForkError } from "../base/errors.js";
import type { ManagedProcess } from "../lifecycle/managed-process.js";
import { whyUnforkable } from "../runtime/runtime.js";
import { defaultTemplate } from "../template/default-template.js";

export interface Backend {
  addon: Addon;
  process: ManagedProcess;
  /** Where whoever starts the programs is, if that is known. */
  directory: DirectoryIdentity | undefined;
  /** Whether a template has said that it is there; one that was only asked may never come up. */
  isUp: boolean;
}

const debug = debuglog("desktop-fork");
const said = new Set<string>();

let broken: string | undefined;

/**
 * Another template would fare no better.
 * @returns whether the template has not come up, and so has started nothing
 */
export function noteFailure(error: Error): boolean {
  const hasNotComeUp = (error as ForkError).code === "ERR_FORK_RUNTIME";
  if (hasNotComeUp) broken = error.message;
  return hasNotComeUp;
}

/** @returns undefined where child_process has to do the work */
export function spawnBackend(): Backend | undefined {
  unforkable ??= { reason: whyNot() };
  const reason = unforkable.reason ?? broken;
  if (reason !== undefined) return explain(reason);
  const core = defaultTemplate();
  const template = core.live();
  if (template === known?.process) return known;
  const { strategy } = template;
  if (strategy?.name === "exec") return explain(strategy.reason);
  if (!template.isAlive) return explain(template.over?.message);
  const backend = {
    addon: requireAddon("spawn"),
    process: template,
    directory: core.directory,
    isUp: strategy !== undefined,
  };
  if (strategy !== undefined) known = backend;
  return backend;
}

/** One that can start programs can do so as long as it lives. */
let known: Backend | undefined;

let unforkable: { reason: string | undefined } | undefined;

/** What is known before anything is tried, and stays so. */
function whyNot(): string | undefined {
  // Node asks there whether this program may start others.
  if ("permission" in process) return "this program runs under Node's permission model";
  return whyUnforkable(undefined);
}

function explain(reason: string | undefined): undefined {
  if (reason === undefined || said.has(reason)) return;
  said.add(reason);
  debug("spawn: child_process is used: %s", reason);
}
