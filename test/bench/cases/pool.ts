/** Pools: how soon a cold one answers, how many small jobs it does, and what a worker of its own costs a job. */
import type { Pool } from "../../../main/pool/index.js";
import type { BenchCase, Measured, SampleContext } from "../bench-case.js";
import { memoryOfTree } from "../support/memory-tree.js";
import { withTemplate } from "../support/ours.js";
import { heavyModules, programUrl } from "../support/programs.js";
import { piscinaPool, type RivalPool, tinypoolPool, workerpoolPool } from "../support/rival-pools.js";

const WORKERS = 4;
const TINY_JOBS = 100_000;
const IN_FLIGHT = 1000;
const ISOLATED_JOBS = 40;
const REST_MS = 50;

const MODULE = programUrl("pool.cjs");

/** A pool of whatever make: what the cases need of it. */
interface AnyPool {
  run(): Promise<unknown>;
  end(): Promise<unknown>;
}

async function ourPool(options: object): Promise<AnyPool> {
  const { createPool } = await import("../../../main/pool/index.js");
  const pool: Pool = createPool({ module: MODULE, ...options });
  return { run: () => pool.run("default"), end: () => pool.close() };
}

async function firstAndLast(pool: AnyPool, begin: number): Promise<{ first: number; four: number }> {
  let first = Number.POSITIVE_INFINITY;
  const job = async () => {
    await pool.run();
    first = Math.min(first, performance.now() - begin);
  };
  await Promise.all(Array.from({ length: WORKERS }, job));
  const four = performance.now() - begin;
  await pool.end();
  return { first, four };
}

async function ourColdPool(): Promise<Measured> {
  const { files } = heavyModules();
  process.env["BENCH_MODULES"] = files.join(":");
  await import("../../../main/pool/index.js");
  const begin = performance.now();
  return withTemplate({ modules: [MODULE] }, async (template) => {
    const start = performance.now() - begin;
    const created = performance.now();
    return { template: start, ...(await firstAndLast(await ourPool({ template, max: WORKERS }), created)) };
  });
}

function coldRival(make: (workers: number) => Promise<RivalPool>): () => Promise<Measured> {
  return async () => {
    process.env["BENCH_MODULES"] = heavyModules().files.join(":");
    await make(1).then((pool) => pool.end()); // its own code is loaded
    const begin = performance.now();
    return { ...(await firstAndLast(await make(WORKERS), begin)) };
  };
}

export const poolColdCase: BenchCase = {
  name: "pool-cold",
  title: `A cold pool of ${WORKERS} workers that use lodash, zod, sharp and typescript`,
  unit: "ms",
  better: "lower",
  variants: {
    "desktop-fork": ourColdPool,
    piscina: coldRival((workers) => piscinaPool(workers)),
    "tinypool, threads": coldRival((workers) => tinypoolPool(workers, "worker_threads")),
    "tinypool, processes": coldRival((workers) => tinypoolPool(workers, "child_process")),
  },
  metrics: {
    first: {
      title: "to the first result",
      goals: [
        { rival: "piscina", floor: 10 },
        { rival: "tinypool, threads", floor: 10 },
        { rival: "tinypool, processes", floor: 10 },
      ],
    },
    four: { title: `to the results of ${WORKERS} jobs` },
    template: { title: "ours alone: start of the template, before the pool" },
  },
  tags: ["pool", "start"],
  note:
    "From the making of the pool, with as many jobs as workers. Ours forks from a template that is ready: its start is the " +
    "third table, to be added where there was no time for it before.",
};

async function tinyJobs(context: SampleContext, pool: AnyPool): Promise<Measured> {
  const jobs = context.times(TINY_JOBS);
  await Promise.all(Array.from({ length: 4 * WORKERS }, () => pool.run()));
  await inLanes(jobs / 5, pool);
  const before = await memoryOfTree();
  const begin = performance.now();
  await inLanes(jobs, pool);
  const perSecond = (jobs * 1000) / (performance.now() - begin);
  const growth = (await memoryOfTree()) - before;
  await pool.end();
  return { rate: perSecond, growth: growth / 2 ** 20 };
}

async function inLanes(jobs: number, pool: AnyPool): Promise<void> {
  let left = jobs;
  const lane = async () => {
    while (left-- > 0) await pool.run();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

function tinyRival(make: () => Promise<RivalPool>): (context: SampleContext) => Promise<Measured> {
  return async (context) => tinyJobs(context, await make());
}

export const poolTinyCase: BenchCase = {
  name: "pool-tiny",
  title: `${TINY_JOBS.toLocaleString("en")} jobs that do nothing, ${WORKERS} workers`,
  unit: "jobs/s",
  better: "higher",
  variants: {
    "desktop-fork": async (context) => tinyJobs(context, await ourPool({ max: WORKERS })),
    "desktop-fork, load 16": {
      role: "ours",
      sample: async (context) => tinyJobs(context, await ourPool({ max: WORKERS, load: 16 })),
    },
    "tinypool, processes": tinyRival(() => tinypoolPool(WORKERS, "child_process")),
    "tinypool, processes, 16 at a time": tinyRival(() => tinypoolPool(WORKERS, "child_process", 16)),
    "tinypool, threads": tinyRival(() => tinypoolPool(WORKERS, "worker_threads")),
    piscina: tinyRival(() => piscinaPool(WORKERS)),
    "workerpool, processes": tinyRival(() => workerpoolPool(WORKERS, "process")),
  },
  metrics: {
    rate: { title: "jobs per second", goals: [{ rival: "tinypool, processes", floor: 1 }] },
    growth: { title: "growth of memory, this program and its workers", unit: "MB", better: "lower" },
  },
  rounds: { quick: 2, normal: 3, full: 5 },
  tags: ["pool"],
  note: `${IN_FLIGHT} jobs asked for at a time. Memory is resident for this program and unique for its children, after garbage collection here.`,
};

/** One after a rest, for the latency; then one right after the other, for the rate. Ends and beginnings all count for that. */
async function oneByOne(context: SampleContext, { run, end }: AnyPool): Promise<Measured> {
  const alone: number[] = [];
  const jobs = context.times(ISOLATED_JOBS);
  for (let i = -3; i < jobs; i++) {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const begin = performance.now();
    await run();
    if (i >= 0) alone.push(performance.now() - begin);
  }
  const begin = performance.now();
  for (let i = 0; i < jobs; i++) await run();
  const rate = (jobs * 1000) / (performance.now() - begin);
  await end();
  return { alone, rate };
}

async function isolated(context: SampleContext, options: object): Promise<Measured> {
  return oneByOne(context, await ourPool({ isolate: "job", max: WORKERS, ...options }));
}

/** A pool that lives for one job. Its end is not waited for. */
function fresh(make: () => Promise<RivalPool>): (context: SampleContext) => Promise<Measured> {
  return (context) => {
    const ends: Promise<unknown>[] = [];
    const run = async () => {
      const pool = await make();
      await pool.run();
      ends.push(pool.end());
    };
    return oneByOne(context, { run, end: () => Promise.all(ends) });
  };
}

function isolatedTinypool(runtime: "worker_threads" | "child_process"): (context: SampleContext) => Promise<Measured> {
  return async (context) => oneByOne(context, await tinypoolPool(WORKERS, runtime, 1, true));
}

export const poolIsolatedCase: BenchCase = {
  name: "pool-isolated",
  title: "One job in a worker that nobody else uses",
  unit: "ms",
  better: "lower",
  variants: {
    "desktop-fork": (context) => isolated(context, {}),
    "desktop-fork, idle 1": { role: "ours", sample: (context) => isolated(context, { idle: 1 }) },
    piscina: fresh(() => piscinaPool(1)),
    "tinypool, isolated threads": isolatedTinypool("worker_threads"),
    "tinypool, isolated processes": isolatedTinypool("child_process"),
  },
  metrics: {
    alone: {
      title: `from the call to its result, after a rest of ${REST_MS} ms`,
      goals: [{ rival: "piscina", floor: 10, want: 25 }],
    },
    rate: { title: "one right after the other", unit: "jobs/s", better: "higher" },
  },
  tags: ["pool"],
  note:
    "Ours has isolate: 'job', and is otherwise as it comes: its template keeps one process ready. piscina has a new pool of " +
    "one thread for every job, whose end nobody waits for. tinypool starts the next workers by itself when one has done its " +
    "job. Rested, those who prepare the next worker have done so.",
};

export const poolCases = [poolColdCase, poolTinyCase, poolIsolatedCase];
