/** What a process does while there is time, so that neither its start nor its children have to. */
import path = require("node:path");
import v8 = require("node:v8");
import vm = require("node:vm");

import { collectAllGarbage, collectGarbage } from "./garbage.cjs";

/** V8 begins with 1 MB for young objects. What is this large has seen so much work that the thorough collection is worth its time. */
const LARGE_NEW_SPACE_BYTES = 8 * 2 ** 20;

/** More than V8 needs to take a function for a hot one. */
const CALLS = 20_000;

/**
 * Ends a collection that V8 may be in the middle of: each child would go on with it. And has the function optimised that loading
 * modules calls most: it is so near to it by then that each child would do that, which takes 8 ms.
 */
export async function settle(): Promise<void> {
  for (let i = 0; i < CALLS; i++) path.resolve(process.execPath, "..", String(i & 7));
  if (newSpaceBytes() < LARGE_NEW_SPACE_BYTES) collectGarbage();
  else await collectAllGarbage();
}

function newSpaceBytes(): number {
  return v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}

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
