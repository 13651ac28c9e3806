/** Having warm functions compiled while there is time, and not in a start. */
import vm = require("node:vm");

/** As many as make a function a batch by itself. */
const STATEMENTS = 80;
/** After so many V8 takes any function for a warm one. */
const WARM_CALLS = 16;

type Batch = (a: number) => number;

let made = 0;
let ready: Batch | undefined;

/**
 * V8 lets functions that have become warm wait until they are enough for a batch, and compiles them then, in the thread that runs:
 * 0.2 ms, which each child would spend in its start. Here comes one that is enough by itself.
 */
export function compileWarmFunctions(): void {
  const last = ready ?? makeBatch();
  ready = undefined;
  for (let calls = 0; calls < WARM_CALLS; calls++) last(0);
}

/** In a template: what a child would have to make in order to do that. */
export function prepareCompilation(): void {
  ready ??= makeBatch();
}

function makeBatch(): Batch {
  const body = "a = (a + 1) | 0;".repeat(STATEMENTS);
  return vm.runInThisContext(`(function (a) { ${body} return a + ${made++}; })`) as Batch;
}
