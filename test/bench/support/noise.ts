/** How much else went on while it was measured. */
import fs from "node:fs";
import { median, quantile } from "./statistics.js";

export interface Noise {
  /** Runs of one and the same computation, between the samples, in milliseconds. */
  calibration: { runs: number; medianMs: number; p10Ms: number; p90Ms: number };
  /** Share of all processors that programs other than this benchmark took, 0 to 1; undefined without /proc. */
  othersCpu: number | undefined;
  /** Share of all processors that the hypervisor took away, 0 to 1. */
  stolenCpu: number | undefined;
  loadAverage: { before: number; after: number };
  verdict: "quiet" | "noisy" | "very noisy";
}

const LOOPS = 3_000_000;
const QUIET = { others: 0.05, spread: 1.15 };
const NOISY = { others: 0.25, spread: 1.5 };

interface CpuTicks {
  busy: number;
  total: number;
  stolen: number;
  ours: number;
}

export class NoiseMeter {
  readonly #times: number[] = [];
  readonly #loadBefore = loadAverage();
  readonly #ticksBefore = readTicks();

  constructor() {
    compute(); // the first run is compiled on the way
  }

  /** Takes a few milliseconds. Call it between samples. */
  calibrate(): void {
    const start = performance.now();
    compute();
    this.#times.push(performance.now() - start);
  }

  report(): Noise {
    if (this.#times.length === 0) this.calibrate();
    const calibration = {
      runs: this.#times.length,
      medianMs: median(this.#times),
      p10Ms: quantile(this.#times, 0.1),
      p90Ms: quantile(this.#times, 0.9),
    };
    const { othersCpu, stolenCpu } = shares(this.#ticksBefore, readTicks());
    const spread = calibration.p90Ms / calibration.p10Ms;
    const others = (othersCpu ?? 0) + (stolenCpu ?? 0);
    const within = (limit: typeof QUIET) => others <= limit.others && spread <= limit.spread;
    const verdict = within(QUIET) ? "quiet" : within(NOISY) ? "noisy" : "very noisy";
    return {
      calibration,
      othersCpu,
      stolenCpu,
      loadAverage: { before: this.#loadBefore, after: loadAverage() },
      verdict,
    };
  }
}

function compute(): number {
  let state = 1;
  for (let i = 0; i < LOOPS; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return state;
}

function loadAverage(): number {
  return read("/proc/loadavg").map(([first]) => Number(first))[0] ?? 0;
}

function shares(before: CpuTicks | undefined, after: CpuTicks | undefined) {
  if (before === undefined || after === undefined) return { othersCpu: undefined, stolenCpu: undefined };
  const total = Math.max(1, after.total - before.total);
  const others = after.busy - before.busy - (after.ours - before.ours);
  return { othersCpu: Math.max(0, others / total), stolenCpu: (after.stolen - before.stolen) / total };
}

/** Our own time includes that of every child that has ended and was waited for, and of theirs. */
function readTicks(): CpuTicks | undefined {
  const [cpu] = read("/proc/stat");
  const [own] = read("/proc/self/stat");
  if (cpu === undefined || own === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, stolen = 0] = cpu
    .slice(1)
    .map((field) => Number(field));
  const busy = user + nice + system + irq + softIrq;
  // utime, stime, cutime and cstime: fields 14 to 17; the name, field 2, is "(node)" here.
  const ours = own.slice(13, 17).reduce((sum, field) => sum + Number(field), 0);
  return { busy, total: busy + idle + wait + stolen, stolen, ours };
}

function read(file: string): string[][] {
  try {
    return fs
      .readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

export function describeNoise({ calibration, othersCpu, stolenCpu, loadAverage, verdict }: Noise): string {
  const percent = (share: number | undefined) => (share === undefined ? "?" : `${(share * 100).toFixed(0)} %`);
  const { medianMs, p10Ms, p90Ms, runs } = calibration;
  return (
    `${verdict}: a fixed computation took ${medianMs.toFixed(1)} ms (p10 ${p10Ms.toFixed(1)}, p90 ${p90Ms.toFixed(1)}; ${runs} runs), ` +
    `other programs took ${percent(othersCpu)} of the processors, the hypervisor ${percent(stolenCpu)}, ` +
    `load ${loadAverage.before} before and ${loadAverage.after} after`
  );
}
