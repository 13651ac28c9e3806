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

/** Long enough for a spare to be there, and to have done what it can do before its start. */
const PAUSE_MS = 50;

const METHOD =
  "Milliseconds from the call to the first byte from the worker's JavaScript, one start at a time, 50 ms after the " +
  "worker before has ended. Every library gets a new worker for every start.";

const SPARES =
  "A template keeps one process ready, unless it is told otherwise; one that is asked for while there is none is forked " +
  "then. The rivals' figures are the same in both parts.";

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
    const times = await timesToFirstByte(context.times(rivals), await makeStart(), PAUSE_MS);
    return { spare: times, direct: times };
  };
  return {
    "desktop-fork": async (context) => {
      process.env["BENCH_MODULES"] = files().join(":");
      const withSpares = (spares: number) =>
        withTemplate({ modules: files(), spares }, (template) => {
          const start = (): Start => {
            const running = template.fork().run(programUrl("ours.cjs"));
            return { first: running.then(firstByte), end: async () => (await running).exited };
          };
          return timesToFirstByte(context.times(ours), start, PAUSE_MS);
        });
      return { spare: await withSpares(1), direct: await withSpares(0) };
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
  metrics: {
    spare: {
      title: "a spare was waiting",
      goals: [
        { rival: "child_process.fork", floor: 20, want: 40 },
        { rival: "worker_threads", floor: 12, want: 30 },
      ],
    },
    direct: { title: "forked for it", goals: [{ rival: "child_process.fork", floor: 20, want: 25 }] },
  },
  tags: ["start"],
  note: `${METHOD} ${SPARES} The template has nothing loaded; the worker's own module is loaded in the worker.`,
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
  metrics: {
    spare: { title: "a spare was waiting", goals: [{ rival: "child_process.fork", floor: 80, want: 300 }] },
    direct: { title: "forked for it" },
  },
  tags: ["start"],
  note:
    `${METHOD} ${SPARES} Ours has the modules from its template, the others load them in the worker; the snapshot holds all ` +
    "but sharp, whose native code can't be in one.",
};
