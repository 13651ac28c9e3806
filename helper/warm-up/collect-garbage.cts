/** Collecting garbage on demand, without a `gc` that other code could see. */
import type nodeInspector from "node:inspector";
import { setImmediate } from "node:timers/promises";

import vm = require("node:vm");

import { loadV8 } from "../fork/late-modules.cjs";

let gc: NodeJS.GCFunction | undefined;

/** What has been compiled stays: to be compiled again in each child would cost more. */
export function collectGarbage(): void {
  const collect = collector();
  keepBytecode(true);
  collect();
  // While a flag is not as it was, V8 takes no code cache.
  keepBytecode(false);
}

/**
 * As V8 collects when memory is short: what is left lies dense, and the space for young objects, which grows with the work that
 * was done, is as small as in a process that has just begun. Takes longer than collectGarbage(). Never rejects.
 */
export async function collectAllGarbage(): Promise<void> {
  const inspector = tryInspector();
  if (inspector === undefined) return collectGarbage();
  const session = new inspector.Session();
  session.connect();
  keepBytecode(true);
  await new Promise((resolve) => session.post("HeapProfiler.collectGarbage", resolve));
  keepBytecode(false);
  // A session that is disconnected in the middle of its answer never returns.
  await setImmediate();
  session.disconnect();
}

function keepBytecode(kept: boolean): void {
  loadV8().setFlagsFromString(kept ? "--no-flush-bytecode" : "--flush-bytecode");
}

/** @returns undefined where the runtime was built without it */
function tryInspector(): typeof nodeInspector | undefined {
  try {
    return require("node:inspector") as typeof nodeInspector;
  } catch {
    return undefined;
  }
}

function collector(): NodeJS.GCFunction {
  if (gc !== undefined) return gc;
  const v8 = loadV8();
  v8.setFlagsFromString("--expose-gc");
  gc = vm.runInNewContext("gc") as NodeJS.GCFunction;
  v8.setFlagsFromString("--no-expose-gc");
  return gc;
}
