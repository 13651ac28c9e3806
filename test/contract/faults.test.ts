/** The seventeen faults of the original, AnyEvent::Fork and its companions: none of them is here. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { json, text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { closeDefaultTemplate, ForkProcess, Template, type TemplateDeath } from "../../main/index.js";
import type { ManagedProcess } from "../../main/lifecycle/managed-process.js";
import { createPool } from "../../main/pool/index.js";
import { defaultTemplate } from "../../main/template/default-template.js";
import { FORK } from "../support/configurations.js";
import { forbidLeaks } from "../support/leaks.js";
import { exists, processesOf } from "../support/processes.js";
import { seedFixture, seedProgram } from "../support/seed.js";
import { until } from "../support/until.js";
import { argumentsOf, idle, WORKERS } from "../support/workers.js";

Object.assign(process.env, FORK.env);

function titles(): Map<string, number> {
  return new Map(processesOf(process.pid).map(({ pid, title }) => [title, pid]));
}

function pidOf(title: string): number {
  const pid = titles().get(`${process.pid} desktop-fork ${title}`);
  assert.ok(pid !== undefined, `no process is called ${title}: ${[...titles().keys()]}`);
  return pid;
}

/** What stands behind the object; the published types don't tell of it. */
function processOf(proc: ForkProcess): ManagedProcess {
  return (proc as unknown as { core: ManagedProcess }).core;
}

suite("faults of the original", () => {
  forbidLeaks();

  test("fault 1: a dead template is noticed and replaced; its workers' sockets still end", async () => {
    const worker = await idle(ForkProcess.create());
    const first = pidOf("template default");
    process.kill(first, "SIGKILL");
    await until(() => defaultTemplate().process?.over !== undefined, "the news of the template's end");
    const later = await ForkProcess.create().run(WORKERS, "default");
    later.socket.end("alive");
    assert.equal(await text(later.socket), "alive");
    assert.notEqual(pidOf("template default"), first);
    worker.kill();
    assert.equal(await text(worker.socket), "");
    await Promise.all([worker.exited, later.exited]);
  });

  test("fault 1: so is one that somebody holds, which tells", async () => {
    using template = await Template.start({ name: "killed" });
    const { pid } = template;
    const deaths: TemplateDeath[] = [];
    template.on("died", (death) => deaths.push(death));
    process.kill(pid as number, "SIGKILL");
    const death = await until(() => deaths[0], "the news");
    assert.deepEqual([death.pid, death.signal], [pid, "SIGKILL"]);
    assert.deepEqual(await argumentsOf(template.fork().sendArg("again")), ["again"]);
    assert.notEqual(template.pid, pid);
  });

  test("fault 2: characters of every width are sent as they are", async () => {
    const wide = "€ \u{1f600} 日本";
    const proc = ForkProcess.create().eval(`globalThis.wide = "${wide}"`).sendArg(wide);
    const worker = await proc.eval("function tell(socket, arg) { socket.end(String(arg === wide)) }").run("tell");
    assert.equal(await text(worker.socket), "true");
    await worker.exited;
  });

  test("fault 3: a closed handle is refused; standard input is not sent in its place", async () => {
    using proc = ForkProcess.create();
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
    const file = await fs.promises.open(os.devNull);
    await file.close();
    const socket = new net.Socket();
    for (const handle of [server, file, socket])
      assert.throws(() => proc.sendHandle(handle), { code: "ERR_FORK_HANDLE" });
    assert.deepEqual(await argumentsOf(proc.fork()), []);
  });

  test("fault 4: exit codes are true: of code that fails, and of exit itself", async () => {
    for (const prepare of [
      (proc: ForkProcess) => proc.eval("throw new Error('fails')"),
      (proc: ForkProcess) => proc.require("./no-such-module.js"),
    ]) {
      const proc = prepare(ForkProcess.create());
      await assert.rejects(proc.ready());
      const status = await until(() => processOf(proc).status, "its end");
      assert.deepEqual(status, { code: 1, signal: null });
    }
    const worker = await ForkProcess.create().eval("function leave() { process.exit(7) }").run("leave");
    worker.socket.destroy();
    assert.deepEqual(await worker.exited, { code: 7, signal: null });
  });

  test("fault 5: run() means running: what failed before rejects it, and then nothing ran", async () => {
    await assert.rejects(ForkProcess.create().eval("throw new RangeError('before')").run(WORKERS, "tell"), {
      code: "ERR_FORK_EVAL",
    });
    const file = path.join(os.tmpdir(), `desktop-fork-entered-${process.pid}`);
    const code = `function enter(socket) { require("node:fs").writeFileSync(${JSON.stringify(file)}, "entered"); }`;
    const worker = await ForkProcess.create().eval(code).run("enter");
    worker.socket.destroy();
    await worker.exited;
    assert.equal(fs.readFileSync(file, "utf8"), "entered");
    fs.rmSync(file);
  });

  test("fault 6: every error rejects what was asked, with a code and the remote stack", async () => {
    const error = await ForkProcess.create()
      .eval("throw new RangeError('told')")
      .ready()
      .catch((error) => error);
    assert.deepEqual([error.name, error.code, error.cause.name], ["ForkError", "ERR_FORK_EVAL", "RangeError"]);
    assert.match(error.cause.stack, /told/);
  });

  test("fault 6: one that nobody asked for is a warning", async () => {
    const warnings: Error[] = [];
    process.once("warning", (warning) => warnings.push(warning));
    const proc = ForkProcess.create().eval("throw new Error('unseen')");
    await until(() => processOf(proc).over !== undefined, "the failure");
    proc.close();
    const { message } = await until(() => warnings[0], "the warning");
    assert.match(message, /unseen/);
  });

  test("fault 7: runArgs() takes the arguments: the function does not get them again", async () => {
    const proc = ForkProcess.create()
      .sendArg("taken")
      .eval("globalThis.taken = require('desktop-fork/worker').runArgs()")
      .sendArg("left");
    const worker = await proc.eval("function tell(s, ...args) { s.end(JSON.stringify([taken, args])) }").run("tell");
    assert.deepEqual(await json(worker.socket), [["taken"], ["left"]]);
    await worker.exited;
  });

  test("fault 8: a pool loses no job and is not stuck when a worker dies; start: 0 means at once", async () => {
    const pool = createPool({ module: seedFixture("never-answers.mjs"), max: 2, start: 0 });
    try {
      const jobs = Array.from({ length: 10 }, (_, index) => pool.run("echo", [index]));
      await assert.rejects(pool.run("die", []), { code: "ERR_FORK_DIED" });
      const settled = await Promise.allSettled(jobs);
      assert.ok(settled.every(({ status }) => status === "fulfilled" || status === "rejected"));
      assert.deepEqual(await Promise.all([pool.run("echo", ["a"]), pool.run("echo", ["b"])]), ["a", "b"]);
    } finally {
      await pool.close();
    }
  });

  test("faults 9 and 14: workers end with their parent, however busy, and whatever they still owe", async () => {
    const parent = spawn(process.execPath, [fileURLToPath(seedFixture("busy-workers.mjs"))], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface({ input: parent.stdout as NodeJS.ReadableStream }), "line");
    const pids = JSON.parse(line) as number[];
    assert.ok(pids.every(exists));
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await until(() => !pids.some(exists), "the workers' end");
  });

  test("fault 10: a worker that has ended is no zombie in its template", async () => {
    const worker = await idle(ForkProcess.create());
    worker.socket.destroy();
    await worker.exited;
    assert.ok(!fs.existsSync(`/proc/${worker.pid}`));
  });

  test("fault 11: a new process can be given the environment and directory of this moment", async () => {
    using earlier = await ForkProcess.create().ready(); // the template was born before
    const proc = ForkProcess.create({ env: { ...process.env, LATER: "set" }, cwd: os.tmpdir() });
    const code = "function tell(s) { s.end(JSON.stringify([process.env.LATER, process.cwd()])) }";
    const worker = await proc.eval(code).run("tell");
    assert.deepEqual(await json(worker.socket), ["set", fs.realpathSync(os.tmpdir())]);
    await worker.exited;
    assert.ok(earlier.pid !== undefined);
  });

  test("fault 12: forks of a process that has drawn random numbers draw different ones", async () => {
    const draw = "[Math.random(), crypto.randomUUID(), require('node:crypto').randomInt(2 ** 40)].join()";
    using proc = ForkProcess.create().eval(`${draw}; function tell(s) { s.end(${draw}) }`);
    const drawn = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const worker = await proc.fork().run("tell");
        const [numbers] = await Promise.all([text(worker.socket), worker.exited]);
        return numbers.split(",");
      }),
    );
    for (const column of [0, 1, 2]) assert.equal(new Set(drawn.map((row) => row[column])).size, drawn.length);
  });

  test("fault 13: what the program does at its end is not done by its template and its workers", async () => {
    assert.equal(await seedProgram("end-listener.mjs"), "END\n");
  });

  test("fault 15: a second run() is refused, and says nothing to the function that runs", async () => {
    const proc = ForkProcess.create();
    const worker = await proc.run(WORKERS);
    await assert.rejects(proc.run(WORKERS, "tell"), { code: "ERR_FORK_USED" });
    assert.throws(() => proc.sendArg("injected"), { code: "ERR_FORK_USED" });
    worker.socket.end("only this");
    assert.equal(await text(worker.socket), "only this");
    await worker.exited;
  });

  test("fault 16: ps tells default template, own template, fresh runtime, process and worker apart", async () => {
    using template = await Template.start({ name: "own" });
    using fresh = await ForkProcess.fresh({ title: "fresh" }).ready();
    using forked = await ForkProcess.create().ready();
    await using worker = await idle(ForkProcess.create());
    assert.equal(pidOf("template own"), template.pid);
    assert.equal(pidOf("process"), forked.pid);
    assert.equal(pidOf("idle"), worker.pid);
    assert.ok(pidOf("template default") > 0);
    assert.equal(fs.readFileSync(`/proc/${fresh.pid}/cmdline`, "utf8").replaceAll("\0", ""), "fresh");
  });

  test("fault 17: exec() is an exec, whatever was loaded first, and its pid is known at once", async () => {
    await import("../../main/early.js");
    using proc = ForkProcess.fresh();
    const { pid } = proc;
    assert.ok(pid !== undefined);
    const entry = processesOf(process.pid).find((each) => each.pid === pid);
    assert.equal(entry?.parent, process.pid);
    await proc.ready();
    closeDefaultTemplate();
  });
});
