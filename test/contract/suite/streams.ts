/** The standard streams, environment and working directory of a process: its own, from its birth on. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { json, text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { ForkProcess, type ForkProcess as Process, type StandardStreams } from "../../../main/index.js";
import type { Configuration } from "../../support/configurations.js";
import { forbidLeaks } from "../../support/leaks.js";
import { idle } from "../../support/workers.js";

/** Ways to a process that has standard streams of its own. */
const BIRTHS: Record<string, (stdio: StandardStreams) => Process> = {
  "ForkProcess.create()": (stdio) => ForkProcess.create({ stdio }),
  "ForkProcess.fresh()": (stdio) => ForkProcess.fresh({ stdio }),
  "fork() of a process that has used its own": (stdio) => {
    using used = ForkProcess.create({ stdio: "ignore" }).eval(
      "process.stdout.write(''); process.stderr.write(''); process.stdin",
    );
    return used.fork({ stdio });
  },
};

const COPY = "function copy() { process.stdin.pipe(process.stdout); console.error('an error') }";

export function streams({ addon }: Configuration): void {
  suite("stdio", () => {
    forbidLeaks();

    for (const [name, make] of Object.entries(BIRTHS)) {
      test(`${name}: pipes are streams of this program`, async () => {
        const proc = make("pipe").eval(COPY).eval("console.log('evaluated')");
        assert.ok(proc.stdin && proc.stdout && proc.stderr);
        const worker = await proc.run("copy");
        assert.equal(worker.stdout, proc.stdout);
        proc.stdin.end("copied");
        worker.socket.destroy();
        const said = await Promise.all([text(proc.stdout), text(proc.stderr)]);
        assert.deepEqual(said, ["evaluated\ncopied", "an error\n"]);
        assert.deepEqual(await worker.exited, { code: 0, signal: null });
      });

      test(`${name}: files are written, and closed files are nobody's loss`, async (t) => {
        const file = path.join(folder(t), "output");
        const output = fs.openSync(file, "w");
        const proc = make(["ignore", output, "ignore"]);
        fs.closeSync(output);
        proc.eval("function speak() { console.log('x'.repeat(1e6)); console.error('lost'); process.exit(3) }");
        const worker = await proc.run("speak");
        worker.socket.destroy();
        assert.deepEqual(await worker.exited, { code: 3, signal: null });
        assert.equal(fs.statSync(file).size, 1_000_001);
      });
    }

    test("large output arrives", async () => {
      const proc = ForkProcess.create({ stdio: ["ignore", "pipe", "inherit"] });
      const worker = await proc.eval("function fill() { process.stdout.write('x'.repeat(3e6)) }").run("fill");
      worker.socket.destroy();
      assert.equal((await text(proc.stdout as Readable)).length, 3_000_000);
      await worker.exited;
    });

    test("programs that a worker starts have its streams", async () => {
      const proc = ForkProcess.create({ stdio: ["ignore", "pipe", "inherit"] });
      const code =
        "function start() { require('node:child_process').spawnSync('echo', ['said'], { stdio: 'inherit' }) }";
      const worker = await proc.eval(code).run("start");
      worker.socket.destroy();
      assert.equal(await text(proc.stdout as Readable), "said\n");
      await worker.exited;
    });

    test("without the option stdio a process object has no streams, and the process has those that it is forked from", {
      skip: !addon,
    }, async () => {
      using proc = ForkProcess.create({ stdio: ["ignore", "pipe", "inherit"] });
      const fork = proc.fork();
      assert.deepEqual([fork.stdin, fork.stdout, fork.stderr], [null, null, null]);
      const worker = await fork.eval("function speak() { console.log('from the fork') }").run("speak");
      worker.socket.destroy();
      assert.equal(
        String((proc.stdout as Readable).read() ?? (await firstOf(proc.stdout as Readable))),
        "from the fork\n",
      );
      await worker.exited;
    });

    test("a pipe that nobody reads does not keep the worker from ending", async () => {
      const proc = ForkProcess.create({ stdio: "pipe" });
      const worker = await proc.eval("function speak() { console.log('unread') }").run("speak");
      worker.socket.destroy();
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("pipes end when the process is closed, or never came to life", async () => {
      const closed = ForkProcess.create({ stdio: "pipe" });
      closed.close();
      assert.equal(await text(closed.stdout as Readable), "");
      const aborted = ForkProcess.create({ stdio: "pipe", signal: AbortSignal.abort() });
      assert.ok((aborted.stdin as Writable | null)?.destroyed ?? !addon);
    });

    test("a value of stdio that is no stream is refused, and nothing is left open", () => {
      for (const wrong of ["ipc", 1, {}, ["pipe", "pipe", "pipe", "pipe"], ["pipe", "ipc"], [{}]])
        assert.throws(
          () => ForkProcess.create({ stdio: wrong as never }),
          { code: "ERR_FORK_ARGUMENT" },
          String(wrong),
        );
      if (addon) assert.throws(() => ForkProcess.create({ stdio: ["pipe", 12345] }), { code: "ERR_FORK_HANDLE" });
    });
  });

  suite("surroundings", () => {
    forbidLeaks();

    test("env and cwd take effect in the new process, whatever its template was born with", async (t) => {
      const cwd = folder(t);
      const options = { cwd, env: { ONLY: "this", NOTHING: undefined } };
      using other = ForkProcess.create();
      for (const proc of [ForkProcess.create(options), ForkProcess.fresh(options), other.fork(options)]) {
        const [where, env] = (await factsOf(proc)) as [string, Record<string, string>];
        assert.equal(where, cwd);
        assert.equal(env["ONLY"], "this");
        assert.ok(!("NOTHING" in env) && !("HOME" in env), JSON.stringify(env));
      }
    });

    test("a fork has those of what it is forked from, unless it is given others", async (t) => {
      const cwd = folder(t);
      using proc = ForkProcess.create({ cwd, env: { A: "1" } });
      const [where, env] = (await factsOf(proc.fork())) as [string, Record<string, string>];
      assert.deepEqual([where, env["A"]], [cwd, "1"]);
      const [elsewhere] = (await factsOf(proc.fork({ cwd: "/" }))) as [string];
      assert.equal(elsewhere, "/");
    });

    test("a title is what ps shows: of a process, and of its worker", async () => {
      const proc = ForkProcess.create({ title: "a title of its own" });
      await proc.ready();
      assert.equal(titleOf(proc.pid as number), "a title of its own");
      await using worker = await proc
        .eval("function rest(socket) { socket.resume() }")
        .run("rest", { title: "resting" });
      assert.equal(titleOf(worker.pid), "resting");
    });

    test("titles tell template, process and worker apart, and whose they are", async () => {
      using proc = ForkProcess.fresh();
      await proc.ready();
      assert.equal(titleOf(proc.pid as number), `${process.pid} desktop-fork process`);
      await using worker = await idle(ForkProcess.create());
      assert.equal(titleOf(worker.pid), `${process.pid} desktop-fork idle`);
    });
  });
}

function folder(test: TestContext): string {
  const made = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-")));
  test.after(() => fs.rmSync(made, { recursive: true }));
  return made;
}

async function factsOf(proc: Process): Promise<unknown> {
  const worker = await proc
    .eval("function facts(socket) { socket.end(JSON.stringify([process.cwd(), process.env])) }")
    .run("facts");
  const [facts] = await Promise.all([json(worker.socket), worker.exited]);
  return facts;
}

function titleOf(pid: number): string {
  return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
}

async function firstOf(stream: Readable): Promise<unknown> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) return chunk;
  return undefined;
}
