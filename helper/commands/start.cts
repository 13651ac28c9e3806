/** What a command says to evaluate, to load and to enter: the code of others. */
import type { Addon } from "../../native/addon/addon.cjs";
import { ignoreInterrupt } from "../fork/interrupt.cjs";
import { findExport } from "../modules/find-export.cjs";
import { loadedModule, loadModule } from "../modules/load-module.cjs";
import type { ContentOf } from "../protocol/content.cjs";
import type { MessageType } from "../protocol/message.cjs";
import type { FunctionPlan, RpcPlan, RunPlan } from "../protocol/plans.cjs";
import { CommandFailed } from "./command-failed.cjs";
import { evaluate, findFunction } from "./evaluate.cjs";
import { takeArguments } from "./process-state.cjs";
import { enter, type WorkerFunction } from "./run.cjs";
import type { WorkerEnd } from "./worker-end.cjs";

export interface Starter {
  addon: Addon | undefined;
  /** From there on this process belongs to what it runs, and so does what this returns. */
  begin(plan: RunPlan): WorkerEnd;
}

/** @throws CommandFailed of the kind `eval` */
export async function evaluateCode({ code, from, args }: ContentOf<MessageType.Eval>): Promise<void> {
  try {
    await evaluate(code, from, args);
  } catch (error) {
    throw new CommandFailed("eval", error);
  }
}

/** @throws CommandFailed of the kind `require` */
export async function loadModules({ from, modules }: ContentOf<MessageType.Require>): Promise<void> {
  for (const specifier of modules) await load(specifier, from);
}

/** Whatever kind of module it is, what it has put off comes before those who wait for it. */
function load(specifier: string, from: string): Promise<Record<string, unknown>> {
  const fail = (error: unknown) => {
    throw new CommandFailed("require", error);
  };
  return loadModule(specifier, from).catch(fail);
}

/**
 * Starts what this process is to run. Returns a promise only when a module has to be loaded for it.
 * @throws CommandFailed when there is no such module or function; nothing has begun then
 */
export function start(plan: RunPlan, starter: Starter): Promise<void> | undefined {
  if ("function" in plan) {
    enterFunction(plan, starter, () => findFunction(plan.function));
    return undefined;
  }
  const begin = (loaded: Record<string, unknown>) => {
    if ("service" in plan) startService(plan, starter, loaded);
    else enterFunction(plan, starter, () => findExport(loaded, plan.export, plan.module));
  };
  const known = loadedModule(plan.module, plan.from);
  if (known === undefined) return load(plan.module, plan.from).then(begin);
  begin(known);
  return undefined;
}

function enterFunction(plan: FunctionPlan, starter: Starter, find: () => unknown): void {
  let work: unknown;
  try {
    work = find();
    if (typeof work !== "function") {
      const name = "function" in plan ? plan.function : plan.export;
      throw new TypeError(`'${name}' is no function but ${work === null ? "null" : `of type ${typeof work}`}`);
    }
  } catch (error) {
    throw new CommandFailed("function", error);
  }
  const args = takeArguments();
  const end = starter.begin(plan);
  enter(work as WorkerFunction, end.open(), args);
}

function startService(plan: RpcPlan, starter: Starter, namespace: Record<string, unknown>): void {
  const { serveRpc } = rpcService();
  const args = takeArguments();
  const end = starter.begin(plan);
  serveRpc({ addon: starter.addon, fd: end.release(), namespace, plan, args });
}

/** In a fork of a worker that serves rpc, which waits for commands now as any other process that runs nothing. */
export function leaveService(addon: Addon): void {
  rpcService().abandonService();
  ignoreInterrupt(addon);
}

/** Most processes never need it. */
function rpcService(): typeof import("../rpc/serve.cjs") {
  return require("../rpc/serve.cjs") as typeof import("../rpc/serve.cjs");
}
