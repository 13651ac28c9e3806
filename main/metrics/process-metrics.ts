/** What the processes of this program use, in the form of Electron's `app.getAppMetrics()`. */
import fs from "node:fs/promises";
import { availableParallelism } from "node:os";
import { ForkError } from "../base/errors.js";
import { type LiveProcess, liveProcesses, type ProcessType } from "../connection/registry.js";
import { readMemory } from "./memory.js";

export interface ProcessMetric {
  pid: number;
  type: Capitalize<ProcessType>;
  /** The template's name, the worker's function, or the `title` that it was given. */
  name: string;
  /** In milliseconds since the epoch, to 10 ms. For a forked process this is when it was forked. */
  creationTime: number;
  cpu: {
    /** Of all cores together, since the previous call; 0 in the first one. */
    percentCPUUsage: number;
    /** Seconds of processor time since it was created. */
    cumulativeCPUUsage: number;
    /** Always 0. */
    idleWakeupsPerSecond: number;
  };
  /** All in kilobytes, as Electron has them. */
  memory: {
    /** Resident: also what is shared with its template. */
    workingSetSize: number;
    /** The most that was ever resident. */
    peakWorkingSetSize: number;
    /** Its own alone, what would be free if it ended. */
    privateBytes: number;
    /** Shared pages count in part: these figures can be added up. */
    proportionalSetSize: number;
  };
}

interface Sample {
  atMs: number;
  cpuMs: number;
}

/** The unit of times in /proc, on every architecture that Node runs on. */
const TICK_MS = 10;

/** Of the previous call. */
let samples = new Map<string, Sample>();
let bootTimeMs: number | undefined;

/**
 * Figures of every template, worker and other process that lives, of this program's own: programs that were started by
 * `spawn` are not among them. Processes that end in the meantime are left out. Linux only.
 * @throws ForkError ERR_FORK_UNSUPPORTED without /proc
 */
export async function processMetrics(): Promise<ProcessMetric[]> {
  bootTimeMs ??= await readBootTime();
  const next = new Map<string, Sample>();
  const metrics = await Promise.all(liveProcesses().map((live) => readMetric(live, next)));
  samples = next;
  return metrics.filter((metric) => metric !== undefined);
}

async function readMetric(live: LiveProcess, next: Map<string, Sample>): Promise<ProcessMetric | undefined> {
  const pid = live.pid as number;
  try {
    const [stat, status, { rss, pss, uss }] = await Promise.all([
      fs.readFile(`/proc/${pid}/stat`, "latin1"),
      fs.readFile(`/proc/${pid}/status`, "latin1"),
      readMemory(pid),
    ]);
    const { cpuMs, startMs } = parseStat(stat);
    const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    return {
      pid,
      type: capitalize(live.type),
      name: nameOf(live),
      creationTime: (bootTimeMs as number) + startMs,
      cpu: {
        percentCPUUsage: usage(`${pid} ${startMs}`, { atMs: performance.now(), cpuMs }, next),
        cumulativeCPUUsage: cpuMs / 1000,
        idleWakeupsPerSecond: 0,
      },
      memory: {
        workingSetSize: rss / 1024,
        peakWorkingSetSize: Math.max(peak, rss / 1024),
        privateBytes: uss / 1024,
        proportionalSetSize: pss / 1024,
      },
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The fields after the name in parentheses, which may contain anything; see proc(5). */
function parseStat(stat: string): { cpuMs: number; startMs: number } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = (field: number) => Number(fields[field - 3]) * TICK_MS;
  return { cpuMs: ticks(14) + ticks(15), startMs: ticks(22) };
}

function usage(process: string, sample: Sample, next: Map<string, Sample>): number {
  next.set(process, sample);
  const previous = samples.get(process);
  if (previous === undefined || sample.atMs <= previous.atMs) return 0;
  const share = (sample.cpuMs - previous.cpuMs) / (sample.atMs - previous.atMs);
  return (100 * share) / availableParallelism();
}

async function readBootTime(): Promise<number> {
  try {
    const uptime = await fs.readFile("/proc/uptime", "latin1");
    return Math.round(Date.now() - 1000 * Number.parseFloat(uptime));
  } catch (cause) {
    throw new ForkError("ERR_FORK_UNSUPPORTED", "figures of processes need Linux's /proc", { cause });
  }
}

/** Titles of the library's own begin with whose process it is. */
function nameOf({ title }: LiveProcess): string {
  return title.replace(/^\d+ desktop-fork (template )?/, "");
}

function capitalize<T extends string>(text: T): Capitalize<T> {
  return ((text[0] ?? "").toUpperCase() + text.slice(1)) as Capitalize<T>;
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ESRCH" || code === "ERR_FORK_DIED";
}
