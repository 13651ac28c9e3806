/** A pool under load whose workers are killed at random, and the account of every job. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createPool, type Pool } from "../../main/pool/index.js";
import { poolFixture } from "./pools.js";

export interface ChaosOptions {
  strategy: "fork" | "exec";
  /** So many jobs begin between two kills, on average: chaos keeps pace with the machine. */
  jobsPerKill: number;
  /** Asked after each job. */
  isEnough(report: Readonly<ChaosReport>): boolean;
}

export interface ChaosReport {
  kills: number;
  asked: number;
  resolved: number;
  /** By their codes. */
  rejected: Record<string, number>;
  retried: number;
  /** What must not be; empty when all is well. */
  faults: string[];
}

const LANES = 16;
const MAX_RETRIES = 3;
/** Of the event loop, between the beginning of a job and a kill. */
const MAX_TURNS = 40;
/** Native crashes among them. */
const SIGNALS = ["SIGKILL", "SIGKILL", "SIGTERM", "SIGSEGV"] as const;
const CODES = ["ERR_FORK_DIED"];

interface Order {
  id: number;
  retries: number;
}

type Work = (pool: Pool, order: Order, log: string, onStart: () => void) => Promise<boolean>;

/** Each says whether its result was right. The worker notes in the log that it has begun. */
const WORK: readonly Work[] = [
  async (pool, { id, retries }, log, onStart) =>
    (await pool.run("noted", [log, id, id + 1], { retries, onStart })) === id + 1,
  async (pool, { id, retries }, log, onStart) =>
    (await pool.run("notedLater", [log, id, id % 7], { retries, onStart })) === id % 7,
  async (pool, { id, retries }, log, onStart) => {
    const octets = Buffer.alloc(100_000, id % 251);
    return octets.equals((await pool.run("noted", [log, id, octets], { retries, onStart })) as Buffer);
  },
  async (pool, { id, retries }, log, onStart) => {
    let next = 0;
    const items = (await pool.run("notedNumbers", [log, id, 300], { retries, onStart })) as AsyncIterable<number>;
    for await (const item of items) if (item !== next++) return false;
    return next === 300;
  },
];

/** Asks for jobs until it is enough, and waits until all have settled and the pool is closed. */
export async function runChaos({ strategy, jobsPerKill, isEnough }: ChaosOptions): Promise<ChaosReport> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-chaos-"));
  const log = path.join(folder, "begun");
  fs.writeFileSync(log, "");
  const pool = createPool({ module: poolFixture("noted.mjs"), max: 4, load: 2, strategy, stderr: "ignore" });
  const report: ChaosReport = { kills: 0, asked: 0, resolved: 0, rejected: {}, retried: 0, faults: [] };
  const orders: Order[] = [];
  const settled: number[] = [];
  let untilKill = 1;
  const begin = () => {
    if (--untilKill > 0) return;
    untilKill = 1 + Math.floor(Math.random() * 2 * jobsPerKill);
    void turns(Math.random() * MAX_TURNS).then(() => killOne(pool, report));
  };

  const lane = async () => {
    while (!isEnough(report)) {
      const order = { id: orders.length, retries: orders.length % 3 === 0 ? MAX_RETRIES : 0 };
      orders.push(order);
      settled.push(0);
      const work = WORK[order.id % WORK.length] as Work;
      await work(pool, order, log, begin).then(
        (isRight) => {
          report.resolved++;
          if (!isRight) report.faults.push(`job ${order.id} has a wrong result`);
        },
        (error: Error & { code?: string }) => {
          const code = error.code ?? String(error);
          report.rejected[code] = (report.rejected[code] ?? 0) + 1;
          if (!CODES.includes(code)) report.faults.push(`job ${order.id} was rejected with ${error.stack}`);
        },
      );
      settled[order.id] = (settled[order.id] as number) + 1;
      report.retried = pool.stats().retried;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await turns(MAX_TURNS);
  await checkHealth(pool, report);
  await pool.close();
  report.asked = orders.length;
  checkAccount(report, pool, orders, begun(log));
  for (const [id, times] of settled.entries()) if (times !== 1) report.faults.push(`job ${id} settled ${times} times`);
  fs.rmSync(folder, { recursive: true });
  return report;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whatever a worker does just then: it may be starting, too. */
function killOne(pool: Pool, report: ChaosReport): void {
  const alive = pool.stats().workers.flatMap(({ pid, state }) => (pid !== undefined && state !== "leaving" ? pid : []));
  const victim = alive[Math.floor(Math.random() * alive.length)];
  const signal = SIGNALS[Math.floor(Math.random() * SIGNALS.length)] as NodeJS.Signals;
  if (victim !== undefined && pool.kill(victim, signal)) report.kills++;
}

/** When nobody kills any more, all jobs are done. */
async function checkHealth(pool: Pool, { faults }: ChaosReport): Promise<void> {
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => pool.run("echo", [i], { retries: 1 })));
  for (const [i, result] of results.entries())
    if (result.status === "rejected" || result.value !== i) faults.push(`afterwards job ${i} failed`);
}

function begun(log: string): Map<number, number> {
  const times = new Map<number, number>();
  for (const line of fs.readFileSync(log, "utf8").split("\n").filter(Boolean))
    times.set(Number(line), (times.get(Number(line)) ?? 0) + 1);
  return times;
}

function checkAccount(report: ChaosReport, pool: Pool, orders: readonly Order[], begun: Map<number, number>): void {
  const { faults, resolved, asked } = report;
  const { completed, failed, retried, queued, running, workers } = pool.stats();
  report.retried = retried;
  const rejected = Object.values(report.rejected).reduce((sum, count) => sum + count, 0);
  if (resolved + rejected !== asked)
    faults.push(`${resolved} + ${rejected} jobs have settled, ${asked} were asked for`);
  if (completed + failed !== asked + 20) faults.push(`the pool counts ${completed} + ${failed} of ${asked + 20} jobs`);
  if (queued + running + workers.length > 0) faults.push(`${queued} wait, ${running} run, ${workers.length} workers`);
  for (const { id, retries } of orders) {
    const times = begun.get(id) ?? 0;
    if (times > retries + 1) faults.push(`job ${id} was begun ${times} times with ${retries} retries`);
  }
  if (begun.size < resolved) faults.push(`only ${begun.size} jobs were begun, ${resolved} resolved`);
}
