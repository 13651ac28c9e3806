/** Trying whether forks work here at all: with a child that does what children do. */
import fs = require("node:fs");

import type { Addon } from "../native/addon.cjs";
import { explainRefusal, forkInCheckPhase, untilQuiet } from "./fork.cjs";

/** How long the child may take on a machine that is busy with other things. */
const TIMEOUT_MS = 10_000;
const PASSED = 86;
const SIGKILL = 9;

/** Together as large as V8's space for young objects is at first (1 MB): when they have been made, it has been collected. */
const OBJECTS = 144;
const ELEMENTS = 1024;

export interface Trial {
  /** The child lives, or there will be none: this process may go on with other things. Never rejects. */
  begun: Promise<void>;
  /** Why this process can't be forked; undefined when it can. Never rejects. */
  verdict: Promise<string | undefined>;
}

/** Until the verdict nothing else may watch this process's children. */
export function beginTrial(addon: Addon): Trial {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const verdict = tryFork(addon, begin).catch((error: Error) => error.message);
  return { begun, verdict: verdict.finally(begin) };
}

async function tryFork(addon: Addon, begin: () => void): Promise<string | undefined> {
  if (!addon.hasGuard()) return "the fork guard is not loaded: it can't be preloaded into this runtime";
  await untilQuiet(addon);
  return new Promise((resolve) => {
    forkInCheckPhase(addon, (result) => {
      if (result === 0) return live();
      if ("refused" in result) return resolve(explainRefusal(result).message);
      let isOver = false;
      const end = (reason: string | undefined) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        addon.close(result.pidfd);
        resolve(reason);
      };
      const timer = setTimeout(() => {
        addon.pidfdSignal(result.pidfd, SIGKILL);
        // Who has children next may also be the one who reaps this one.
        end(`a trial child did not come back within ${TIMEOUT_MS} ms`);
      }, TIMEOUT_MS);
      addon.watchChildren(() => {
        for (const [, siCode, siStatus] of addon.reapChildren()) {
          const how = `${siCode === 1 ? "code" : "signal"} ${siStatus}`;
          end(siStatus === PASSED ? undefined : `a trial child ended with ${how}`);
        }
      });
      begin();
    });
  });
}

/** Turns the event loop, uses libuv's threads, collects garbage, and leaves as workers leave. */
function live(): void {
  setImmediate(() => {
    fs.stat("/", () => process.exit(PASSED));
    makeGarbage();
  });
}

/** V8's own function for collecting is in a module that takes a template 2 ms to load. */
function makeGarbage(): void {
  for (let made = 0; made < OBJECTS; made++) void new Array(ELEMENTS);
}
