/** What `run` and `require` name: functions and modules. */
import type { RunPlan } from "../../helper/protocol/plans.cjs";
import { callerFile } from "../base/caller.js";
import { ForkError } from "../base/errors.js";
import { addForkHook, type ForkHook } from "../base/fork-hooks.js";
import { titleOf } from "./options.js";

/** @throws ForkError ERR_FORK_ARGUMENT */
export function specifierOf(module: string | URL): string {
  const specifier = module instanceof URL ? module.href : module;
  if (typeof specifier !== "string")
    throw new ForkError("ERR_FORK_ARGUMENT", `a module is named by a URL or a string, not ${typeof module}`);
  if (specifier === "") throw new ForkError("ERR_FORK_ARGUMENT", "a module's name is empty");
  return specifier;
}

export interface RunNames {
  /** Of a module: the name of the export. */
  export?: string;
  title?: string;
}

function isAbsolute(module: string): boolean {
  return module.startsWith("/") || /^[a-z]{2,}:/.test(module);
}

const FUNCTION_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*(\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*$/u;

/** The plan that was asked for last: programs mostly start what they have started before. */
let last: { module: string; name: string; title: string | undefined; plan: RunPlan } | undefined;

/** Titles name this program: those of a process that it is forked from are another's. */
function keep(kept: NonNullable<typeof last>): void {
  last = kept;
  addForkHook(forgetLast);
}

const forgetLast: ForkHook = {
  disown() {
    last = undefined;
  },
};

/**
 * @returns mostly the same object for the same module: it is not to be changed
 * @throws ForkError ERR_FORK_ARGUMENT
 */
export function runPlan(target: string | URL, { export: exportName, title }: RunNames = {}): Readonly<RunPlan> {
  if (typeof target === "string" && exportName === undefined && FUNCTION_NAME.test(target))
    return { function: target, title: title ?? titleOf(target) };
  const module = specifierOf(target);
  const name = exportName ?? "default";
  if (last?.module === module && last.name === name && last.title === title) return last.plan;
  const plan = {
    module,
    // A look at the stack is dear; what says itself where it is needs none.
    from: isAbsolute(module) ? "" : callerFile(),
    export: name,
    title: title ?? titleOf(name === "default" ? (module.split("/").at(-1) as string) : name),
  };
  if (plan.from === "") keep({ module, name, title, plan });
  return plan;
}
