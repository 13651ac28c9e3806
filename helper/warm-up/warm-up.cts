/** What a process does ahead of need. This file is all that the rest of the library sees of its folder. */
import type { Addon } from "../../native/addon/addon.cjs";
import { runScript } from "../commands/evaluate.cjs";
import type { Host } from "../commands/host.cjs";
import { setAside } from "../commands/process-state.cjs";
import { currentServer } from "../commands/server.cjs";
import type { WarmUp } from "../commands/warm-up.cjs";
import { prepareForOthers } from "../fork/before-others.cjs";
import { prepareEntropy } from "../fork/entropy.cjs";
import { MessageType } from "../protocol/message.cjs";
import { collectGarbage } from "./collect-garbage.cjs";
import { compactHeap } from "./compact-heap.cjs";
import { compileWarmFunctions, prepareCompilation } from "./compile-warm-functions.cjs";
import { dryRun } from "./dry-run.cjs";
import { dryRunExit } from "./exit-dry-run.cjs";
import { loadForChildren } from "./load-for-children.cjs";
import { loadLoaders } from "./load-loaders.cjs";

/**
 * Each dry run has a module of its own: one that was loaded before takes another path. The second one of a template takes
 * paths that the first one only prepares.
 */
const TEMPLATE_MODULES = ["first.cjs", "second.cjs"];
const SPARE_MODULE = "spare.cjs";

/** There once the rpc service has been loaded. */
let runService: (() => Promise<void>) | undefined;

export const warmUp: WarmUp = { loadForChildren, loadLoaders, template, spare, service, compactHeap };

function template(addon: Addon, host: Host): Promise<void> {
  return withoutTrace(async () => {
    prepareForOthers();
    prepareEntropy();
    runScript("0", process.execPath);
    await loadLoaders();
    for (const module of TEMPLATE_MODULES) {
      await dryRun(addon, host, { from: MessageType.Fork, module });
      prepareEntropy();
    }
    collectGarbage();
    compileWarmFunctions();
    prepareCompilation();
  });
}

function spare(addon: Addon, host: Host): Promise<void> {
  return withoutTrace(async () => {
    await dryRun(addon, host, { from: MessageType.Run, module: SPARE_MODULE });
    await runService?.();
    compileWarmFunctions();
  });
}

function service(addon: Addon): void {
  // Not part of the helper's one file: the path is right from here and from there.
  const { dryRunService } = require("../warm-up/service-dry-run.cjs") as typeof import("./service-dry-run.cjs");
  runService = () => dryRunService(addon, dryRunExit);
  void runService();
}

/** The process is the same afterwards, also when no descriptor is left for a dry run. */
async function withoutTrace(run: () => Promise<void>): Promise<void> {
  const real = currentServer();
  const bringBack = setAside();
  try {
    await run();
  } catch (error) {
    const { message } = error as Error;
    process.emitWarning(`desktop-fork: the warm-up failed; starts will be slower: ${message}`);
  } finally {
    real?.takeOver();
    bringBack();
  }
}
