/**
 * Starting programs: /bin/true, with nothing connected to it.
 *
 * `call` is the time inside the call of spawn(). `busy` is all the time that the parent's event loop did not wait, from the call
 * until the program's exit was known. `exit` is the time between these two. The parent holds Buffers of the given size.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchCase, Depth, Goal, Measured, SampleContext, Variant } from "../bench-case.js";
import { holdBallast, tooLargeFor } from "../support/ballast.js";
import { built, has, programPath } from "../support/programs.js";
import { processesPerSecond, type Start } from "../support/starts.js";

const PROGRAM = "/bin/true";
/** Long enough for the event loop to come to rest. */
const PAUSE_MS = 5;
const WARM_UPS = 5;
const IN_FLIGHT = { one: 1, eight: 8 };
const BYTES_PER_MB = 2 ** 20;

type Started = ChildProcess | PromiseLike<unknown>;
type StartProgram = () => Started;

/** Resolves when its exit is known. */
async function exitOf(started: Started): Promise<void> {
  await ("then" in started ? started : once(started, "exit"));
}

const RIVALS: Record<string, () => Promise<StartProgram>> = {
  "desktop-fork": async () => {
    const ours = await import("../../../main/index.js");
    return () => ours.spawn(PROGRAM, { stdio: "ignore" });
  },
  "child_process.spawn": async () => () => spawn(PROGRAM, { stdio: "ignore" }),
  execa: async () => {
    const { execa } = await import("execa");
    return () => execa(PROGRAM, { stdio: "ignore" });
  },
};

/** In C with posix_spawn, which shares the parent's memory until the program runs. */
function spawnFloor(...args: (string | number)[]): string {
  const program = built("spawn-floor", (file) =>
    execFileSync("cc", ["-O2", "-o", file, programPath("spawn-floor.c")], { stdio: "ignore" }),
  );
  return execFileSync(program, args.map(String), { encoding: "utf8" });
}

interface Parent {
  bytes: number;
  programs: number;
}

function variants(
  { bytes, programs }: Parent,
  measure: (start: StartProgram, count: number) => Promise<Measured>,
  floor: (megabytes: number, count: number) => Measured,
): BenchCase["variants"] {
  const skip = () => tooLargeFor(bytes);
  const entries = Object.entries(RIVALS).map(([name, prepare]): [string, Variant] => {
    // Of a large parent the others are so slow that a few programs tell as much.
    const count = name === "desktop-fork" || bytes === 0 ? programs : Math.ceil(programs / 10);
    const sample = async (context: SampleContext) => {
      holdBallast(bytes);
      const start = await prepare();
      for (let i = 0; i < WARM_UPS; i++) await exitOf(start());
      return measure(start, context.times(count));
    };
    return [name, { skip, sample }];
  });
  const inC: Variant = {
    role: "floor",
    skip: () => skip() ?? (has("cc", "--version") ? undefined : "there is no C compiler (cc)"),
    sample: async (context) => floor(bytes / BYTES_PER_MB, context.times(programs)),
  };
  return { ...Object.fromEntries(entries), "posix_spawn() in C": inC };
}

async function holdUps(start: StartProgram, count: number): Promise<Measured> {
  const times = { call: [] as number[], busy: [] as number[], exit: [] as number[] };
  for (let i = 0; i < count; i++) {
    await sleep(PAUSE_MS);
    const before = performance.eventLoopUtilization();
    const begin = performance.now();
    const started = start();
    times.call.push(performance.now() - begin);
    await exitOf(started);
    times.exit.push(performance.now() - begin);
    times.busy.push(performance.eventLoopUtilization(before).active);
  }
  return times;
}

function holdUpsInC(megabytes: number, count: number): Measured {
  const lines = spawnFloor("calls", megabytes, count).trim().split("\n");
  const times = lines.map((line) => line.split(" ").map(Number) as [number, number]);
  return { call: times.map(([call]) => call), exit: times.map(([, exit]) => exit) };
}

interface CaseOptions {
  size: string;
  bytes: number;
  depths: readonly Depth[];
}

/** Half as long again as child_process.spawn takes. */
const EXIT_GOAL: Goal = { rival: "child_process.spawn", floor: 1 / 1.5, want: 1 };

function holdUpCase(name: string, { size, bytes, depths }: CaseOptions): BenchCase {
  return {
    name: `spawn-${name}`,
    title: `spawn() of /bin/true by a parent of ${size}`,
    unit: "ms",
    better: "lower",
    variants: variants({ bytes, programs: 40 }, holdUps, holdUpsInC),
    metrics: {
      call: { title: "inside the call", goals: [{ floor: 0.1 }] },
      busy: { title: "the parent's event loop busy until the exit is known" },
      exit: { title: "from the call to the exit", ...(bytes === 0 ? { goals: [EXIT_GOAL] } : {}) },
    },
    tags: ["spawn", "hold-up"],
    depths,
    rounds: bytes >= 2 ** 31 ? { normal: 3, full: 5 } : {},
    note:
      "Milliseconds, one program at a time, 5 ms between them, stdio ignored. Busy: all that the event loop did from the call to the " +
      "exit. The parent holds Buffers of that size, written to; the C program as much anonymous memory.",
  };
}

function rateCase(name: string, { size, bytes, depths }: CaseOptions): BenchCase {
  const start = (program: StartProgram) => (): Start => {
    const ended = exitOf(program());
    return { first: Promise.resolve(), end: () => ended };
  };
  const inEachWay = async (rate: (inFlight: number) => Promise<number> | number) => {
    const rates: Record<string, number> = {};
    for (const [way, inFlight] of Object.entries(IN_FLIGHT)) rates[way] = await rate(inFlight);
    return rates;
  };
  const goal: Goal = { rival: "child_process.spawn", floor: bytes === 0 ? 1 : 15 };
  const rates: Record<string, Measured> = {};
  return {
    name: `spawn-rate-${name}`,
    title: `Programs per second, spawned by a parent of ${size}`,
    unit: "programs/s",
    better: "higher",
    variants: variants(
      { bytes, programs: 300 },
      (program, count) => inEachWay((inFlight) => processesPerSecond(count, inFlight, start(program))),
      (megabytes, count) => {
        for (const [way, inFlight] of Object.entries(IN_FLIGHT))
          rates[way] = count / Number(spawnFloor("rate", megabytes, count, inFlight));
        return { ...rates } as Measured;
      },
    ),
    metrics: {
      one: { title: "one at a time", goals: [goal] },
      eight: { title: "8 in flight", goals: [goal] },
    },
    tags: ["spawn", "rate"],
    depths,
    note: "From the call until the exit code is known; /bin/true, stdio ignored.",
  };
}

const GB = 2 ** 30;
const SMALL: CaseOptions = { size: "42 MB", bytes: 0, depths: ["quick", "normal", "full"] };
const LARGE: CaseOptions = { size: "1 GB", bytes: GB, depths: ["quick", "normal", "full"] };
const HUGE: CaseOptions = { size: "4 GB", bytes: 4 * GB, depths: ["normal", "full"] };

export const spawnCases: readonly BenchCase[] = [
  holdUpCase("42mb", SMALL),
  holdUpCase("1gb", LARGE),
  holdUpCase("4gb", HUGE),
  rateCase("42mb", { ...SMALL, depths: ["normal", "full"] }),
  rateCase("1gb", { ...LARGE, depths: ["normal", "full"] }),
];
