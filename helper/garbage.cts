/** Collecting garbage on demand, without a `gc` that other code could see. */
import v8 = require("node:v8");
import vm = require("node:vm");

let collect: (() => void) | undefined;

export function collectGarbage(): void {
  if (collect === undefined) {
    v8.setFlagsFromString("--expose-gc");
    collect = vm.runInNewContext("gc") as () => void;
    v8.setFlagsFromString("--no-expose-gc");
  }
  collect();
}
