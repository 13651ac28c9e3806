/** What a forked child must make its own. */
import os = require("node:os");

import type { Addon } from "../../native/addon/addon.cjs";
import type { ForkPlan } from "../protocol/plans.cjs";
import { processContext } from "../protocol/process-context.cjs";
import { runAfterForkHooks } from "./after-fork-hooks.cjs";
import { renewEntropy } from "./entropy.cjs";
import { dropExitListeners } from "./exit-listeners.cjs";
import { renewKept } from "./kept-randomness.cjs";
import { replaceStdio } from "./stdio.cjs";
import { unrefTimers } from "./timers.cjs";

/**
 * In a forked child, before any other code runs.
 * @param fds what the plan calls handles; they stay the caller's
 */
export function becomeChild(addon: Addon, plan: ForkPlan, fds: readonly number[] = []): void {
  const pid = addon.getpid();
  // A dry run has no child: all of that stays.
  const isFork = pid !== process.pid;
  if (isFork) leaveBehind();
  Object.defineProperty(process, "pid", { value: pid, enumerable: true, configurable: true });
  renewEntropy();
  for (const forget of processContext()?.onFork ?? []) forget();
  if (plan.stdio !== undefined) replaceStdio(addon, plan.stdio, fds);
  if (plan.detached) addon.setsid();
  follow(plan);
  if (plan.cwd !== undefined) process.chdir(plan.cwd);
  if (plan.env !== undefined) replaceEnvironment(plan.env);
  process.title = plan.title;
  if (isFork) runAfterForkHooks();
}

function leaveBehind(): void {
  dropExitListeners();
  unrefTimers();
  renewKept();
}

function follow({ umask, priority, directory }: ForkPlan): void {
  if (umask !== undefined) process.umask(umask);
  if (priority !== undefined) attempt(() => os.setPriority(priority));
  if (directory !== undefined) attempt(() => process.chdir(directory));
}

/** As for a program that is started: what may not be is left. */
function attempt(change: () => void): void {
  try {
    change();
  } catch {
    // To be more urgent takes privileges, and a directory may be gone.
  }
}

function replaceEnvironment(env: Record<string, string>): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}
