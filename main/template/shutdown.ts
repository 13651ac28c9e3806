/** The end of every process of this program, in a bounded time. */
import { setTimeout as sleep } from "node:timers/promises";
import { type LiveProcess, liveProcesses, startNoMore } from "../connection/registry.js";
import { closeDefaultTemplate } from "./default-template.js";

/** How long the kernel may take to end what was killed. */
const FORCE_MS = 1000;

/**
 * Workers get SIGTERM, everything else the end of its channel; what is there after the time is killed. No process can be
 * started from now on. Processes that are `detached` live on.
 * @param graceMs in milliseconds; 0 kills at once
 */
export async function endProcesses(graceMs: number): Promise<void> {
  startNoMore();
  closeDefaultTemplate();
  const ends = ours().map(({ exited }) => exited);
  if (graceMs > 0) {
    for (const live of ours()) askToEnd(live);
    await bounded(ends, graceMs);
  }
  killProcesses();
  await bounded(ends, FORCE_MS);
}

/** At once, without waiting for anything. */
export function killProcesses(): void {
  startNoMore();
  for (const live of ours()) live.kill("SIGKILL");
}

/** Whether anything would be cut short: all but workers wait to be told what to do. */
export function hasWorkers(): boolean {
  return ours().some(({ type }) => type === "worker");
}

function ours(): LiveProcess[] {
  return liveProcesses().filter(({ detached }) => !detached);
}

function askToEnd(live: LiveProcess): void {
  if (live.type === "worker") live.kill("SIGTERM");
  else live.stop();
}

async function bounded(ends: readonly Promise<unknown>[], ms: number): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([Promise.all(ends), sleep(ms, undefined, { signal: timeout.signal }).catch(() => {})]);
  timeout.abort();
}
