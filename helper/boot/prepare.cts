/** What has to happen in a fresh runtime before any code of others runs, with as little of the library as possible. */
import fs = require("node:fs");

import type { Addon } from "../../native/addon/addon.cjs";
import { loadAddonFile } from "../../native/locate/load-file.cjs";
import { takeArguments } from "../commands/process-state.cjs";
import { leaveQuickly } from "../fork/exit.cjs";
import { ignoreInterrupt } from "../fork/interrupt.cjs";
import type { StartPlan } from "../protocol/plans.cjs";
import { type ProcessContext, setProcessContext } from "../protocol/process-context.cjs";
import { ownAddon } from "./own-addon.cjs";
import { withdrawPreload } from "./preload.cjs";

export interface Prepared {
  plan: StartPlan;
  addon: Addon | undefined;
  context: ProcessContext;
}

export function prepare(plan: StartPlan): Prepared {
  // The flags that only a template needs are nothing for the programs that its workers start.
  process.execArgv = [...plan.execArgv];
  // What made this Electron a Node is nothing for other Electrons that its workers may start.
  if ("electron" in process.versions) delete process.env["ELECTRON_RUN_AS_NODE"];
  if (plan.preload !== undefined) withdrawPreload(plan.preload);
  const addon = plan.addon === undefined ? undefined : (ownAddon() ?? loadAddonFile(plan.addon));
  for (const fd of plan.files ?? []) fs.closeSync(fd);
  addon?.adoptThreads();
  // A message must not take the processor from the program that sends it.
  if (plan.template) addon?.giveWay();
  addon?.keepTerminal();
  if (addon !== undefined) leaveQuickly(addon, plan.execArgv);
  ignoreInterrupt(addon);
  process.title = plan.title;
  const context: ProcessContext = { owner: plan.owner, addon, takeArguments, onFork: new Set() };
  setProcessContext(context);
  return { plan, addon, context };
}
