/** A thousand forks in a row leave nothing behind, neither in the parent nor in the template. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import vm from "node:vm";
import { Template } from "../../main/index.js";
import { readMemory } from "../../main/metrics/memory.js";
import { descriptors, processesOf } from "../support/processes.js";
import { until } from "../support/until.js";
import { WORKERS } from "../support/workers.js";
import { KINDS } from "./kinds.js";

const FORKS = 1000;
/** Heaps and free lists have found their size by then. */
const SETTLED_AFTER = 300;
const AT_ONCE = 8;
/** What the collector makes of it. A leak of 1.2 KB per fork would be seen. */
const HEAP_MAY_GROW_BYTES = 768 * 1024;
const TEMPLATE_MAY_GROW_BYTES = 8 * 1024 * 1024;
/**
 * What is not of V8's heap, in each half of the forks: an arena or a pool of pages finds its size once, a leak goes on. One of
 * 6 KB per fork would be seen.
 */
const OUTSIDE_MAY_GROW_BYTES = 2 * 1024 * 1024;

/** Under load the new space would grow, by more than any leak that is looked for. It is set before a process starts. */
const SMALL_NEW_SPACE = "--max-semi-space-size=1";
if (!process.execArgv.includes(SMALL_NEW_SPACE)) {
  const again = [...process.execArgv, SMALL_NEW_SPACE, fileURLToPath(import.meta.url)];
  process.exit(spawnSync(process.execPath, again, { stdio: "inherit" }).status ?? 1);
}

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

interface Measured {
  rss: number;
  pss: number;
  /** In use; of this process only. */
  heap: number;
  /** Anonymous memory that is not of the heap; of this process only. Node's own file is not counted: it comes in as it is used. */
  outside: number;
  descriptors: number;
}

function anonymousMemory(): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) as RegExpExecArray;
  return Number(kilobytes) * 1024;
}

async function measure(pid: number): Promise<Measured> {
  const { rss, pss } = await readMemory(pid);
  const own = pid === process.pid ? process.memoryUsage() : undefined;
  const outside = own === undefined ? 0 : anonymousMemory() - own.heapTotal;
  return { rss, pss, heap: own?.heapUsed ?? 0, outside, descriptors: descriptors(pid).size };
}

/** Zombies included. */
const childrenOf = (pid: number) => processesOf(pid).filter(({ parent }) => parent === pid).length;

async function measureBoth(template: Template): Promise<Record<"parent" | "template", Measured>> {
  const pid = template.pid as number;
  // One spare process may wait for the next fork.
  await until(() => childrenOf(pid) <= 1, "the end of every worker");
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise(setImmediate);
  }
  return { parent: await measure(process.pid), template: await measure(pid) };
}

async function forkOften(template: Template, count: number): Promise<void> {
  let left = count;
  const next = async () => {
    while (left-- > 0) {
      const worker = await template.fork().run(WORKERS, "tell");
      worker.socket.resume();
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

async function thousand(context: TestContext, template: Template): Promise<void> {
  await forkOften(template, SETTLED_AFTER);
  const before = await measureBoth(template);
  await forkOften(template, (FORKS - SETTLED_AFTER) / 2);
  const halfway = await measureBoth(template);
  await forkOften(template, (FORKS - SETTLED_AFTER) / 2);
  const after = await measureBoth(template);
  for (const who of ["parent", "template"] as const) {
    const grown = (what: keyof Measured) => after[who][what] - before[who][what];
    const told = (["rss", "pss", "heap", "outside"] as const).map(
      (what) => `${what} ${Math.round(grown(what) / 1024)} KB`,
    );
    context.diagnostic(`${who} grew by ${told.join(", ")} in ${FORKS - SETTLED_AFTER} forks`);
    assert.equal(grown("descriptors"), 0, `descriptors of the ${who}`);
    if (who === "template")
      assert.ok(grown("rss") < TEMPLATE_MAY_GROW_BYTES, `the template's memory grew by ${grown("rss")} bytes`);
    const halves = [halfway[who].outside - before[who].outside, after[who].outside - halfway[who].outside];
    assert.ok(
      Math.min(...halves) < OUTSIDE_MAY_GROW_BYTES,
      `the ${who}'s memory grew by ${halves.join(" and ")} bytes`,
    );
    assert.ok(grown("heap") < HEAP_MAY_GROW_BYTES, `the ${who}'s heap grew by ${grown("heap")} bytes`);
  }
}

describe("a thousand forks in a row", () => {
  for (const [name, modules] of Object.entries({
    "an empty template": [],
    "a template with typescript": ["typescript-5"],
  })) {
    it(`leave nothing behind in ${name}`, async (context) => {
      const template = await Template.start({ ...KINDS.threaded, modules });
      assert.equal(template.strategy, "fork", template.reason);
      await thousand(context, template);
      const { pid } = template;
      template.close();
      await until(() => !readdirSync("/proc").includes(`${pid}`), "the template's end");
    });
  }
});
