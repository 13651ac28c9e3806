/** Whether forks work here at all, tried with a child that does the same as real ones. */
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

export interface SelfTest {
  /** The child lives, or there will be none: this process may go on with other things. Never rejects. */
  begun: Promise<void>;
  /** Why this process can't be forked; undefined when it can. Never rejects. */
  result: Promise<string | undefined>;
}

export function beginSelfTest(addon: Addon): SelfTest {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const result = tryFork(addon, begin).catch((error: Error) => error.message);
  return { begun, result: result.finally(begin) };
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
        return resolve("no descriptor was left for the child of the fork self-test");
      }
      const gone = follow({ addon, pidfd: result.pidfd, report: ours }, resolve);
      holdForks(gone);
      begin();
    });
  });
}

interface TestChild {
  addon: Addon;
  /** Both are closed here. */
  pidfd: number;
  /** Descriptor of the socket to which it sends a byte when it passes. */
  report: number;
}

/**
 * The result is there with the child's byte: to take its memory down takes the kernel longer than all that is left then.
 * @param tell called with the result
 * @returns resolves when the child has been reaped. Never rejects
 */
function follow({ addon, pidfd, report }: TestChild, tell: (reason: string | undefined) => void): Promise<void> {
  const hearing = new addon.Poller(report, () => hear(), READABLE);
  const waiting = new addon.Poller(pidfd, () => reap(), READABLE);
  const timer = setTimeout(() => {
    addon.pidfdSignal(pidfd, SIGKILL);
    tell(`the child of the fork self-test did not come back within ${TIMEOUT_MS} ms`);
  }, TIMEOUT_MS);
  let heard = false;
  let ended = () => {};

  function hear(): void {
    if (heard) return;
    heard = true;
    // Without the byte the exit status tells why.
    if (addon.peek(report, Buffer.alloc(1)) > 0) tell(undefined);
    hearing.close();
    addon.close(report);
  }

  function reap(): void {
    const status = statusOf(addon, pidfd);
    if (status === undefined) return;
    hear();
    const [siCode, siStatus] = status;
    tell(
      siStatus === PASSED
        ? undefined
        : `the child of the fork self-test ended with ${siCode === 1 ? "code" : "signal"} ${siStatus}`,
    );
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
function live(addon: Addon, report: number): void {
  process.once("exit", (code) => {
    // Node's ordinary way out is part of what is tried: then the status is the result.
    if (code === PASSED && leavesQuickly()) say(addon, report);
  });
  setImmediate(() => {
    fs.stat("/", () => process.exit(PASSED));
    makeGarbage();
  });
}

function say(addon: Addon, report: number): void {
  try {
    addon.sendmsg(report, [Buffer.alloc(1)], []);
  } catch {
    // Nobody is left to hear it.
  }
}

/** V8's own function for collecting is in a module that takes a template 2 ms to load. */
function makeGarbage(): void {
  for (let made = 0; made < OBJECTS; made++) void new Array(ELEMENTS);
}
