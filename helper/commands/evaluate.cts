/** eval: code in the process's global scope. */
import { createRequire } from "node:module";

import path = require("node:path");
import vm = require("node:vm");

import { readablePath } from "../modules/archive.cjs";
import type { Value } from "../protocol/values.cjs";

declare global {
  /** The arguments of the `eval` that runs, or ran last. */
  var args: readonly Value[];
}

/** Gives evaluated code a global `require` that resolves like one in `from` (a file or file: URL). */
export function defineRequire(from: string): void {
  globalThis.require = createRequire(from);
}

export function runScript(code: string, filename: string): unknown {
  return vm.runInThisContext(code, {
    filename,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** A promise as the code's value is waited for. */
export async function evaluate(code: string, caller: string, args: readonly Value[]): Promise<void> {
  const from = readablePath(caller);
  if (globalThis.require === undefined) defineRequire(from);
  globalThis.args = args;
  await runScript(code, path.join(path.dirname(from), "desktop-fork-eval.js"));
}

/** @throws TypeError when the global scope has no such function */
export function findFunction(name: string): unknown {
  try {
    // Not a property look-up: top-level let, const and class are no properties of the global object.
    return vm.runInThisContext(name);
  } catch (error) {
    throw new TypeError(`no function '${name}' was defined by eval`, { cause: error });
  }
}
