/** The heap of a template that has loaded modules, made small and quiet before the first child has it. */
import path = require("node:path");

import { loadV8 } from "../fork/late-modules.cjs";
import { collectAllGarbage, collectGarbage } from "./collect-garbage.cjs";

/** V8 begins with 1 MB for young objects. What is this large has seen so much work that the thorough collection is worth its time. */
const LARGE_NEW_SPACE_BYTES = 8 * 2 ** 20;

/** More than V8 needs to take a function for a hot one. */
const CALLS = 20_000;

/**
 * Ends a collection that V8 may be in the middle of: each child would go on with it. And has the function optimised that loading
 * modules calls most: it is so near to it by then that each child would do that, which takes 8 ms.
 */
export async function compactHeap(): Promise<void> {
  for (let i = 0; i < CALLS; i++) path.resolve(process.execPath, "../..", String(i & 7));
  if (newSpaceBytes() < LARGE_NEW_SPACE_BYTES) collectGarbage();
  else await collectAllGarbage();
}

function newSpaceBytes(): number {
  return (
    loadV8()
      .getHeapSpaceStatistics()
      .find(({ space_name }) => space_name === "new_space")?.space_size ?? 0
  );
}
