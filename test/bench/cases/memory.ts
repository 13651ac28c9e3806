/** How much memory a worker has of its own (USS), and its share of all (PSS), as time goes by. */
import { fork } from "node:child_process";
import { once } from "node:events";
import v8 from "node:v8";
import { Worker as Thread } from "node:worker_threads";
import type { BenchCase, Depth, Goal, Measured, Metric, SampleContext } from "../bench-case.js";
import { firstByte, withTemplate } from "../support/ours.js";
import { heavyModules, programPath, programUrl } from "../support/programs.js";

const COUNTS = [1, 8, 64];
/** Of those that have hundreds of megabytes each. */
const FEW = 8;
const MOMENTS = { start: "at first JavaScript", young: "after a young GC", full: "after a full GC" };
const BYTES_PER_MB = 1e6;

type Moment = keyof typeof MOMENTS;

/** A worker that answers commands: "young" and "full" make it collect garbage. */
interface Subject {
  command(moment: Moment): Promise<unknown>;
  end(): Promise<unknown>;
}

interface Reading {
  uss: number;
  pss?: number;
}

interface Fleet {
  counts: readonly number[];
  start(): Promise<Subject & { pid?: number }>;
  /** All of them together, in bytes. */
  read(subjects: readonly { pid?: number }[]): Promise<Reading>;
}

async function measure({ counts, start, read }: Fleet): Promise<Measured> {
  const figures: Record<string, number> = {};
  for (const count of counts) {
    const before = await read([]);
    const subjects = [];
    for (let i = 0; i < count; i++) subjects.push(await start());
    for (const moment of Object.keys(MOMENTS) as Moment[]) {
      if (moment !== "start") await Promise.all(subjects.map((subject) => subject.command(moment)));
      const { uss, pss } = await read(subjects);
      figures[`uss-${moment}-${count}`] = (uss - before.uss) / count / BYTES_PER_MB;
      if (pss !== undefined) figures[`pss-${moment}-${count}`] = pss / count / BYTES_PER_MB;
    }
    await Promise.all(subjects.map((subject) => subject.end()));
  }
  return figures;
}

async function readProcesses(subjects: readonly { pid?: number }[]): Promise<Reading> {
  const { readMemory } = await import("../../../main/metrics/memory.js");
  const sum = { uss: 0, pss: 0 };
  for (const { pid } of subjects) {
    const { uss, pss } = await readMemory(pid as number);
    sum.uss += uss;
    sum.pss += pss;
  }
  return sum;
}

/** What the process as a whole has more than before. */
async function readThreads(): Promise<Reading> {
  const { uss } = await readProcesses([{ pid: process.pid }]);
  return { uss };
}

function countsFor(depth: Depth, most: number): number[] {
  return COUNTS.filter((count) => depth === "full" || count <= most).filter(
    (count) => depth !== "quick" || count <= FEW,
  );
}

function memoryCase(files: () => string[]): BenchCase["variants"] {
  const prepared = (sample: (context: SampleContext) => Promise<Measured>) => (context: SampleContext) => {
    process.env["BENCH_MODULES"] = files().join(":");
    return sample(context);
  };
  return {
    "desktop-fork": prepared(({ depth }) =>
      withTemplate({ modules: [programPath("gc.cjs"), ...files()] }, (template) =>
        measure({ counts: countsFor(depth, 64), read: readProcesses, start: () => startOurs(template) }),
      ),
    ),
    "child_process.fork": prepared(({ depth }) =>
      measure({ counts: countsFor(depth, FEW), read: readProcesses, start: startChild }),
    ),
    worker_threads: prepared(({ depth }) => {
      v8.setFlagsFromString("--expose-gc");
      return measure({ counts: countsFor(depth, FEW), read: readThreads, start: startThread });
    }),
  };
}

async function startOurs(template: Parameters<Parameters<typeof withTemplate>[1]>[0]) {
  const worker = await template.fork().run(programUrl("memory-ours.cjs"));
  await firstByte(worker);
  return {
    pid: worker.pid,
    command: (moment: Moment) => {
      worker.socket.write(moment);
      return firstByte(worker);
    },
    end: () => worker[Symbol.asyncDispose](),
  };
}

async function startChild() {
  const child = fork(programPath("memory-fork.cjs"), { execArgv: ["--expose-gc"] });
  await once(child, "message");
  return {
    pid: child.pid as number,
    command: (moment: Moment) => {
      child.send(moment);
      return once(child, "message");
    },
    end: () => {
      child.kill("SIGKILL");
      return once(child, "exit");
    },
  };
}

async function startThread() {
  const thread = new Thread(programPath("memory-thread.cjs"));
  await once(thread, "message");
  return {
    command: (moment: Moment) => {
      thread.postMessage(moment);
      return once(thread, "message");
    },
    end: () => thread.terminate(),
  };
}

function metrics(goals: Record<string, Goal>): Record<string, Partial<Metric>> {
  const all: Record<string, Partial<Metric>> = {};
  for (const kind of ["uss", "pss"])
    for (const [moment, when] of Object.entries(MOMENTS))
      for (const count of COUNTS) {
        const name = `${kind}-${moment}-${count}`;
        const goal = goals[name];
        const title = `${kind.toUpperCase()} ${when}, ${count} worker${count === 1 ? "" : "s"}`;
        all[name] = goal === undefined ? { title } : { title, goals: [goal] };
      }
  return all;
}

const METHOD =
  "Megabytes (10^6 bytes) per worker, from /proc/PID/smaps_rollup. USS is what is its own alone; PSS counts shared pages in part. " +
  "For threads: by how much the whole process grew.";

/** @param files what the workers have loaded */
function caseFor(name: string, loaded: string, files: () => string[], goals: Record<string, Goal>): BenchCase {
  return {
    name: `memory-${name}`,
    title: `Memory of a worker${loaded}`,
    unit: "MB",
    better: "lower",
    variants: memoryCase(files),
    metrics: metrics(goals),
    tags: ["memory"],
    note: METHOD,
  };
}

const AT_START = { "uss-start-1": { floor: 1.2, want: 0.7 } };
const isTypescript = (file: string) => file.includes("typescript");

export const memoryEmptyCase = caseFor("empty", ", nothing loaded", () => [], AT_START);

export const memoryPreloadedCase = caseFor(
  "preloaded",
  " with lodash, zod, sharp and typescript",
  () => heavyModules().files,
  AT_START,
);

export const memoryTypescriptCase = caseFor(
  "typescript",
  " with typescript",
  () => heavyModules().files.filter(isTypescript),
  { "uss-full-1": { floor: 8, want: 5 } },
);
