/** Trying whether forks work here at all: with a child that does what children do. */
import fs = require("node:fs");

import type { Addon, WaitStatus } from "../../native/addon/addon.cjs";
import { leavesQuickly } from "../fork/exit.cjs";
import { explainRefusal, forkInCheckPhase, holdForks, untilQuiet } from "../fork/fork.cjs";

/** How long the child may take on a machine that is busy with other things. */
const TIMEOUT_MS = 10_000;
const PASSED = 86;
const SIGKILL = 9;
/** Of a poller's events, as native/addon/addon.cts has it, which is not loaded as early as this. */
const READABLE = 1;

/** Together as large as V8's space for young objects is at first (1 MB): when they have been made, it has been collected. */
const OBJECTS = 144;
const ELEMENTS = 1024;

export interface Trial {
  /** The child lives, or there will be none: this process may go on with other things. Never rejects. */
  begun: Promise<void>;
  /** Why this process can't be forked; undefined when it can. Never rejects. */
  verdict: Promise<string | undefined>;
}

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
  const [ours, theirs] = addon.socketpair();
  return new Promise((resolve) => {
    forkInCheckPhase(addon, (result) => {
      if (result === 0) return live(addon, theirs);
      addon.close(theirs);
      if ("refused" in result) {
        addon.close(ours);
        return resolve(explainRefusal(result).message);
      }
      if (result.pidfd < 0) {
        // It is reaped with the next child, or by whoever comes after this process.
        process.kill(result.pid, SIGKILL);
        addon.close(ours);
        return resolve("no descriptor was left for a trial child");
      }
      const gone = follow({ addon, pidfd: result.pidfd, word: ours }, resolve);
      holdForks(gone);
      begin();
    });
  });
}

interface TrialChild {
  addon: Addon;
  /** Both are closed here. */
  pidfd: number;
  /** Descriptor of the socket that it says its last word to. */
  word: number;
}

/**
 * The verdict is there with the child's last word: to take its memory down takes the kernel longer than all that is left then.
 * @param tell called with the verdict
 * @returns resolves when the child has been reaped. Never rejects
 */
function follow({ addon, pidfd, word }: TrialChild, tell: (reason: string | undefined) => void): Promise<void> {
  const hearing = new addon.Poller(word, () => hear(), READABLE);
  const waiting = new addon.Poller(pidfd, () => reap(), READABLE);
  const timer = setTimeout(() => {
    addon.pidfdSignal(pidfd, SIGKILL);
    tell(`a trial child did not come back within ${TIMEOUT_MS} ms`);
  }, TIMEOUT_MS);
  let heard = false;
  let ended = () => {};

  function hear(): void {
    if (heard) return;
    heard = true;
    // If it ends without a word, its status tells why.
    if (addon.peek(word, Buffer.alloc(1)) > 0) tell(undefined);
    hearing.close();
    addon.close(word);
  }

  function reap(): void {
    const status = statusOf(addon, pidfd);
    if (status === undefined) return;
    hear();
    const [siCode, siStatus] = status;
    tell(siStatus === PASSED ? undefined : `a trial child ended with ${siCode === 1 ? "code" : "signal"} ${siStatus}`);
    clearTimeout(timer);
    waiting.close();
    addon.close(pidfd);
    ended();
  }

  return new Promise((resolve) => {
    ended = resolve;
  });
}

/** @returns undefined while it runs */
function statusOf(addon: Addon, pidfd: number): WaitStatus | undefined {
  // Who has children to wait for meanwhile has reaped it, too: that is after its last word.
  const status = addon.pidfdWait(pidfd);
  return status === null ? [1, PASSED] : status;
}

/** Turns the event loop, uses libuv's threads, collects garbage, and leaves as workers leave. */
function live(addon: Addon, word: number): void {
  process.once("exit", (code) => {
    // Node's ordinary way out is part of what is tried: then the status is the verdict.
    if (code === PASSED && leavesQuickly()) say(addon, word);
  });
  setImmediate(() => {
    fs.stat("/", () => process.exit(PASSED));
    makeGarbage();
  });
}

function say(addon: Addon, word: number): void {
  try {
    addon.sendmsg(word, [Buffer.alloc(1)], []);
  } catch {
    // Nobody is left to hear it.
  }
}

/** V8's own function for collecting is in a module that takes a template 2 ms to load. */
function makeGarbage(): void {
  for (let made = 0; made < OBJECTS; made++) void new Array(ELEMENTS);
}
