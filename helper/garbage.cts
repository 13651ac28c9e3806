/** Collecting garbage on demand, without a `gc` that other code could see. */
import v8 = require("node:v8");
import vm = require("node:vm");

let gc: NodeJS.GCFunction | undefined;

/** What has been compiled stays: to be compiled again in each child would cost more. */
export function collectGarbage(): void {
  const collect = collector();
  v8.setFlagsFromString("--no-flush-bytecode");
  collect();
  // While a flag is not as it was, V8 takes no code cache.
  v8.setFlagsFromString("--flush-bytecode");
}

export function collectYoungGarbage(): void {
  collector()({ type: "minor" });
}

function collector(): NodeJS.GCFunction {
  if (gc !== undefined) return gc;
  v8.setFlagsFromString("--expose-gc");
  gc = vm.runInNewContext("gc") as NodeJS.GCFunction;
  v8.setFlagsFromString("--no-expose-gc");
  return gc;
}
