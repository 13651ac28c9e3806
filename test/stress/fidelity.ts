/**
 * The fidelity suite again and again, on a machine that is kept busy: every feature and every way to end, in workers
 * of every kind of template.
 *
 *     node dist/test/stress/fidelity.js [--count 300] [--busy 2] [--limit 600] [--out folder]
 *
 * A repetition runs each fixture in a worker, from one kind of template or another: five repetitions try all pairs.
 * Templates are new after some repetitions. `--limit` is in seconds and per worker; of one that exceeds it the
 * stacks of all processes are saved; it is long, since a hang is for ever and a machine may be busy. Ordinary processes give the references, once.
 */
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { Template, type Worker } from "../../main/index.js";
import { FIXTURES, KINDS, type Kind } from "../fidelity/kinds.js";
import { fixtureNames, fixtureUrl, ordinaryEnding, ordinaryResult } from "../fidelity/reference.js";
import { describeProcess } from "../support/process-tree.js";
import { processesOf } from "../support/processes.js";
import { until } from "../support/until.js";

const IN_WORKER = new URL("in-worker.mjs", FIXTURES);
/** Workers at a time, so that forks, lives and ends overlap. */
const CONCURRENCY = 8;
const REPETITIONS_PER_TEMPLATE = 10;

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "300" },
    busy: { type: "string", default: "2" },
    limit: { type: "string", default: "600" },
    out: { type: "string", default: path.join(process.cwd(), ".cache", "fidelity") },
  },
});
const count = Number(options.count);
const limitMs = Number(options.limit) * 1000;
const kinds = Object.keys(KINDS) as Kind[];
mkdirSync(options.out, { recursive: true });
const log = path.join(options.out, `${process.version}.log`);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
  appendFileSync(log, `${new Date().toISOString()} ${line}\n`);
}

interface Job {
  name: string;
  kind: "feature" | "ending";
  url: string;
  expected: unknown;
}

interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  result: unknown;
}

async function makeJobs(): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const name of fixtureNames("features")) {
    const result = await ordinaryResult(name);
    jobs.push({
      name,
      kind: "feature",
      url: fixtureUrl("features", name),
      expected: { code: 0, signal: null, result },
    });
  }
  for (const name of fixtureNames("endings")) {
    const { code, signal } = await ordinaryEnding(name);
    jobs.push({ name, kind: "ending", url: fixtureUrl("endings", name), expected: { code, signal, result: null } });
  }
  return jobs;
}

async function outcome({ kind }: Job, worker: Worker): Promise<Outcome> {
  worker.socket.on("error", () => {});
  const [json, { code, signal }] = await Promise.all([text(worker.socket).catch(() => ""), worker.exited]);
  return { code, signal, result: kind === "feature" && json !== "" ? JSON.parse(json) : null };
}

/** @returns what went wrong, or undefined */
async function runJob(template: Template, job: Job): Promise<string | undefined> {
  const proc = template.fork({ stdio: ["ignore", "ignore", "ignore"] }).sendArg(job.url);
  const late = Symbol("late");
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, limitMs, late);
  });
  const life = async () => await outcome(job, await proc.run(IN_WORKER, job.kind));
  const found = await Promise.race([life().catch((error: Error) => error), limit]);
  clearTimeout(timer);
  if (found === late) {
    const evidence = path.join(options.out, `${process.version}-${process.pid}-${job.name}-${proc.pid}.txt`);
    writeFileSync(evidence, `${job.kind} ${job.name}, worker ${proc.pid}\n`);
    for (const { pid } of processesOf(process.pid)) appendFileSync(evidence, await describeProcess(pid));
    return `${job.kind} ${job.name} hung: see ${evidence}`;
  }
  if (isDeepStrictEqual(found, job.expected)) return undefined;
  return `${job.kind} ${job.name}: ${found instanceof Error ? found.stack : JSON.stringify(found)}`;
}

async function startTemplates(): Promise<Map<Kind, Template>> {
  const templates = new Map<Kind, Template>();
  for (const kind of kinds) {
    const template = await Template.start(KINDS[kind]);
    if (template.strategy !== "fork") throw new Error(`${kind}: the template can't be forked: ${template.reason}`);
    templates.set(kind, template);
  }
  return templates;
}

/** @returns what went wrong */
async function repeat(templates: Map<Kind, Template>, repetition: number): Promise<string[]> {
  const queue = jobs.map((job, index) => ({ job, kind: kinds[(index + repetition) % kinds.length] as Kind }));
  workers += queue.length;
  const problems: string[] = [];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const problem = await runJob(templates.get(next.kind) as Template, next.job);
      if (problem !== undefined) problems.push(`repetition ${repetition}, ${next.kind}: ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return problems;
}

/** Busy until its parent is gone, however that went. */
const BURN = "const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e7; i++);";

let workers = 0;
let bad = 0;
const jobs = await makeJobs();
const burners = Array.from({ length: Number(options.busy) }, () => spawn(process.execPath, ["-e", BURN]));
const burning = new Set(burners.map(({ pid }) => pid));
const others = () => processesOf(process.pid).filter(({ pid }) => !burning.has(pid));

function report(problem: string): void {
  bad++;
  say(problem);
}

const started = Date.now();
say(`${process.version}: ${count} repetitions`);
for (let repetition = 0; repetition < count; ) {
  const templates = await startTemplates();
  const end = Math.min(count, repetition + REPETITIONS_PER_TEMPLATE);
  for (; repetition < end; repetition++) for (const problem of await repeat(templates, repetition)) report(problem);
  for (const template of templates.values()) template.close();
  await until(() => others().length === 0, "the end of every template and worker").catch((error: Error) =>
    report(`after repetition ${repetition}: ${error.message}: ${JSON.stringify(others())}`),
  );
  const each = Math.round((Date.now() - started) / repetition);
  say(`${repetition} repetitions done, ${workers} workers, ${bad} bad, ${each} ms each`);
}
for (const burner of burners) burner.kill("SIGKILL");
process.exitCode = bad === 0 ? 0 : 1;
