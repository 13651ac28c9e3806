/** Collects garbage in this process, at once. */
import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
export const collectGarbage = vm.runInNewContext("gc") as NodeJS.GCFunction;
v8.setFlagsFromString("--no-expose-gc");
