/**
 * Runs test folders again and again, on a machine that is kept busy, until something hangs or fails:
 *
 *     node dist/test/stress/repeat.js [--count 300] [--limit 300] [--busy 2] [--node path] [--out folder] fidelity …
 *
 * `--limit` is in seconds and per repetition. Of a repetition that exceeds it, or leaves processes behind, the stacks
 * of all its processes are saved; of one that fails, its output. The exit code says whether all went well.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeProcess, killAll, processesWith } from "../support/process-tree.js";

const MARK = "DESKTOP_FORK_REPETITION";
/** Processes that are about to end get this long before they count as left behind. */
const END_GRACE_MS = 10_000;
/** A template's trial fork waits up to ten seconds itself. */
const TEST_TIMEOUT_MS = 120_000;

const root = fileURLToPath(new URL("..", import.meta.url));

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "300" },
    limit: { type: "string", default: "300" },
    busy: { type: "string", default: "2" },
    node: { type: "string", default: process.execPath },
    out: { type: "string", default: path.join(process.cwd(), ".cache", "repeat") },
  },
});
const limitMs = Number(options.limit) * 1000;
const run = `${process.pid}-${path.basename(path.resolve(options.node, "../../../.."))}`;
mkdirSync(options.out, { recursive: true });
const log = path.join(options.out, `${run}.log`);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
  appendFileSync(log, `${new Date().toISOString()} ${line}\n`);
}

function testFiles(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith(".test.js"))
      .map((name) => path.join(root, folder, name)),
  );
}

/** @returns what went wrong, or undefined */
async function repetition(number: number): Promise<string | undefined> {
  const mark = `${run}-${number}`;
  const child = spawn(options.node, ["--test", `--test-timeout=${TEST_TIMEOUT_MS}`, ...testFiles()], {
    env: { ...process.env, [MARK]: mark },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const closed = once(child, "close") as Promise<[number | null]>;
  const timer = new AbortController();
  const late = new Promise<"late">((resolve) => {
    const id = setTimeout(resolve, limitMs, "late");
    timer.signal.addEventListener("abort", () => clearTimeout(id));
  });
  const end = await Promise.race([closed, late]);
  timer.abort();
  const evidence = path.join(options.out, `${mark}.txt`);
  if (end === "late") {
    await saveStacks(evidence, mark, output);
    killAll(processesWith(MARK, mark));
    return `repetition ${number} hung: see ${evidence}`;
  }
  for (const deadline = Date.now() + END_GRACE_MS; processesWith(MARK, mark).length > 0; ) {
    if (Date.now() > deadline) {
      await saveStacks(evidence, mark, output);
      killAll(processesWith(MARK, mark));
      return `repetition ${number} left processes behind: see ${evidence}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (end[0] === 0) return undefined;
  writeFileSync(evidence, output);
  return `repetition ${number} failed: see ${evidence}`;
}

async function saveStacks(file: string, mark: string, output: string): Promise<void> {
  writeFileSync(file, `${output}\n`);
  for (const pid of processesWith(MARK, mark)) appendFileSync(file, await describeProcess(pid));
}

/** Busy until its parent is gone, however that went. */
const BURN = "const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e7; i++);";

const burners = Array.from({ length: Number(options.busy) }, () => spawn(process.execPath, ["-e", BURN]));
let failures = 0;
const started = Date.now();
try {
  const count = Number(options.count);
  say(`${count} repetitions of ${folders.join(", ")} on ${options.node}`);
  for (let number = 1; number <= count; number++) {
    const problem = await repetition(number);
    if (problem !== undefined) {
      failures++;
      say(problem);
    }
    if (number % 10 === 0 || number === count)
      say(`${number} done, ${failures} bad, ${Math.round((Date.now() - started) / number / 100) / 10} s each`);
  }
} finally {
  for (const burner of burners) burner.kill("SIGKILL");
}
process.exitCode = failures === 0 ? 0 : 1;
