/** How long it takes from the call to the first byte that the worker's JavaScript writes. */
import type { BenchCase, SampleContext } from "../bench-case.js";
import { firstByte, withTemplate } from "../support/ours.js";
import { heavyModules, programUrl } from "../support/programs.js";
import {
  buildSnapshot,
  piscinaStarter,
  snapshotModules,
  startFork,
  startSnapshot,
  startThread,
  tinypoolStarter,
  workerpoolStarter,
} from "../support/rivals.js";
import { type Start, timesToFirstByte } from "../support/starts.js";

const METHOD =
  "Milliseconds from the call to the first byte from the worker's JavaScript, one start at a time, each worker gone " +
  "before the next is asked for. Every library gets a new worker for every start.";

interface StartCase {
  /** Starts of ours in one sample. */
  ours: number;
  /** Starts of a rival in one sample. */
  rivals: number;
  /** What the workers load; ours have it from the template. */
  files(): string[];
  snapshot(): { name: string; files: string[] };
}

function startCase({ ours, rivals, files, snapshot }: StartCase): BenchCase["variants"] {
  const starter = (makeStart: () => Promise<() => Start> | (() => Start)) => async (context: SampleContext) => {
    process.env["BENCH_MODULES"] = files().join(":");
    return timesToFirstByte(context.times(rivals), await makeStart());
  };
  return {
    "desktop-fork": async (context) => {
      process.env["BENCH_MODULES"] = files().join(":");
      return withTemplate({ modules: files() }, (template) =>
        timesToFirstByte(context.times(ours), () => {
          const running = template.fork().run(programUrl("ours.cjs"));
          return { first: running.then(firstByte), end: async () => (await running).exited };
        }),
      );
    },
    "child_process.fork": starter(() => () => startFork("fork.cjs")),
    worker_threads: starter(() => () => startThread("thread.cjs")),
    piscina: starter(piscinaStarter),
    tinypool: starter(tinypoolStarter),
    "workerpool, thread": starter(() => workerpoolStarter("thread")),
    "workerpool, process": starter(() => workerpoolStarter("process")),
    "node with a startup snapshot": starter(() => {
      const { name, files } = snapshot();
      const blob = buildSnapshot(name, files);
      return () => startSnapshot(blob);
    }),
  };
}

export const startEmptyCase: BenchCase = {
  name: "start-empty",
  title: "Start of an empty worker",
  unit: "ms",
  better: "lower",
  variants: startCase({ ours: 30, rivals: 6, files: () => [], snapshot: () => ({ name: "empty.blob", files: [] }) }),
  goals: [
    { rival: "child_process.fork", floor: 20, want: 25 },
    { rival: "worker_threads", floor: 12, want: 30 },
  ],
  tags: ["start"],
  note: `${METHOD} The template has nothing loaded; the worker's own module is loaded in the worker.`,
};

export const startPreloadedCase: BenchCase = {
  name: "start-preloaded",
  title: "Start of a worker that uses lodash, zod, sharp and typescript",
  unit: "ms",
  better: "lower",
  variants: startCase({
    ours: 15,
    rivals: 1,
    files: () => heavyModules().files,
    snapshot: () => ({ name: "preloaded.blob", files: snapshotModules() }),
  }),
  goals: [{ rival: "child_process.fork", floor: 80, want: 300 }],
  tags: ["start"],
  note:
    `${METHOD} Ours has the modules from its template, the others load them in the worker; the snapshot holds all ` +
    "but sharp, whose native code can't be in one.",
};
