/** Pools of the programs in test/fixtures/pool. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, type TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ForkError, Template } from "../../main/index.js";
import { createPool, type Pool, type PoolEvents, type PoolOptions } from "../../main/pool/index.js";
import { PATIENCE_MS } from "./patience.js";

/** This file runs from dist/test/support. */
const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/pool", import.meta.url));

export function poolFixture(name: string): URL {
  return pathToFileURL(path.join(FIXTURES, name));
}

let shared: Template | undefined;

/** In a suite, before forbidLeaks(): its pools have one template, unless they ask for `template: undefined`. */
export function shareTemplate(): void {
  before(() => {
    shared = new Template({ modules: [poolFixture("jobs.mjs")] });
  });
  after(() => {
    shared?.close();
    shared = undefined;
  });
}

/** Closed by the test itself, or killed after it. */
export function testPool(test: Pick<TestContext, "after">, options: Partial<PoolOptions> = {}): Pool {
  const pool = createPool({ module: poolFixture("jobs.mjs"), max: 2, template: shared, ...options });
  test.after(() => pool.terminate());
  return pool;
}

/** The lines of a file that may not be there yet. */
export function linesOf(file: string): string[] {
  try {
    return fs.readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

export interface ProgramResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one of the fixtures as a program of its own. */
export async function poolProgram(name: string, ...args: string[]): Promise<ProgramResult> {
  const child = spawn(process.execPath, [fileURLToPath(poolFixture(name)), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}

/** What a job is rejected with. @throws Error when it is not */
export async function rejectionOf(job: Promise<unknown>): Promise<ForkError> {
  const value = await job.catch((error: ForkError) => ({ error }));
  if (typeof value === "object" && value !== null && "error" in value) return value.error as ForkError;
  throw new Error("the job was not rejected");
}

/** The next event of that name: this program lives as long, which an idle pool does not see to. */
export async function nextEvent<K extends keyof PoolEvents>(pool: Pool, name: K): Promise<PoolEvents[K][0]> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`waited in vain for the event '${name}'`)), PATIENCE_MS);
  try {
    const [value] = await once(pool, name, { signal: late.signal });
    return value;
  } finally {
    clearTimeout(timer);
  }
}
