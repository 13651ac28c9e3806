/** Processes that were forked ahead of need, and hold the worker's socket already: what becomes of it, whatever they are used for. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import { createRpc } from "../../../main/rpc/index.js";
import { isIdle } from "../../support/idle.js";
import { forbidLeaks } from "../../support/leaks.js";
import { processesOf } from "../../support/processes.js";
import { rpcFixture } from "../../support/rpc.js";
import { until } from "../../support/until.js";
import { idle, WORKERS } from "../../support/workers.js";

async function spared(t: TestContext): Promise<Template> {
  const template = await Template.start({ spares: 1 });
  t.after(() => template.close());
  await spare();
  return template;
}

/** @returns the pid of the spare that waits */
async function spare(): Promise<number> {
  const title = `${process.pid} desktop-fork process`;
  const find = () => processesOf(process.pid).find((entry) => entry.title === title)?.pid;
  return until(async () => {
    const found = find();
    // One that has ended meanwhile was none.
    return found !== undefined && (await isIdle(found)) && found === find() && found;
  }, "a spare that has nothing to do");
}

/** Reaped: an ending process loses its title before its descriptors are closed. */
async function gone(pid: number): Promise<void> {
  await until(() => !existsSync(`/proc/${pid}`), "the end of a process");
}

/** What has come by then has been read. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function fds(): number {
  return readdirSync("/proc/self/fd").length;
}

suite("spares", () => {
  forbidLeaks();

  test("the next worker is the spare that waited, and its socket ends with it", async (t) => {
    const template = await spared(t);
    const pid = await spare();
    const worker = await template.fork().run(WORKERS, "tell");
    assert.equal(worker.pid, pid);
    assert.equal(await text(worker.socket), "[]");
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
  });

  test("forks of a spare have sockets of their own, and none keeps another's open", async (t) => {
    const template = await spared(t);
    const proc = template.fork();
    await using fork = await idle(proc.fork());
    const worker = await idle(proc);
    worker.kill("SIGKILL");
    assert.equal(await text(worker.socket), "");
    assert.equal(fork.exitCode, null);
    await worker.exited;
  });

  test("a spare that runs nothing keeps no descriptor here: closed, passed on, made a program", async (t) => {
    const template = await spared(t);
    const before = fds();
    const closed = await spare();
    template.fork().close();
    await gone(closed);
    const first = await spare();

    const adopted = ForkProcess.fromHandle(await template.fork().toHandle());
    const worker = await adopted.run(WORKERS, "tell");
    assert.equal(worker.pid, first);
    assert.equal(await text(worker.socket), "[]");
    await worker.exited;
    await gone(first);

    await spare();
    const program = template.fork().become("/bin/true", [], { stdio: "ignore" });
    await new Promise((resolve) => program.once("exit", resolve));
    await spare();
    await until(() => fds() <= before, `${before} descriptors; there are ${fds()}`);
  });

  test("a spare that expected a function serves rpc, and the other way round", async (t) => {
    const template = await spared(t);
    const said = async () => {
      const worker = await template.fork().run(WORKERS, "tell");
      assert.equal(await text(worker.socket), "[]");
      await worker.exited;
    };
    const called = async () => {
      await using rpc = createRpc(template.fork(), { module: rpcFixture("worker.mjs") }).ref();
      assert.equal(await rpc.run("add", [1, 2]), 3);
    };
    for (const use of [said, said, called, called, said]) {
      const pid = await spare();
      await use();
      await gone(pid);
    }
  });

  test("a spare that was killed while it waited is passed over, and replaced by another", async (t) => {
    const template = await spared(t);
    const killed = await spare();
    process.kill(killed, "SIGKILL");
    await gone(killed);
    await turns();
    const worker = await template.fork().run(WORKERS, "tell");
    assert.notEqual(worker.pid, killed);
    assert.equal(await text(worker.socket), "[]");
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
    assert.notEqual(await spare(), worker.pid);
  });

  test("starts one right after the other need not wait for a spare, and leave one ready", async (t) => {
    const template = await spared(t);
    const workers = await Promise.all(Array.from({ length: 5 }, () => template.fork().run(WORKERS, "tell")));
    assert.equal(new Set(workers.map(({ pid }) => pid)).size, 5);
    for (const worker of workers) {
      assert.equal(await text(worker.socket), "[]");
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    }
    await spare();
  });

  test("a process with a title of its own is none that waited under another title", async (t) => {
    const template = await spared(t);
    const waiting = await spare();
    using proc = template.fork({ title: "a title of its own" });
    await proc.ready();
    assert.notEqual(proc.pid, waiting);
    assert.equal(readFileSync(`/proc/${proc.pid}/cmdline`, "utf8").replaceAll("\0", ""), "a title of its own");
  });

  test("a failure that nobody asked about is a warning in a process that waited, too", async (t) => {
    const template = await spared(t);
    const waiting = await spare();
    const warned = once(process, "warning") as Promise<[Error]>;
    const proc = template.fork().eval("throw new RangeError('nobody asked')");
    await gone(waiting);
    proc.close();
    const [{ message }] = await warned;
    assert.match(message, /nobody asked/);
  });

  test("a failing start of a spare is told, and leaves nothing open", async (t) => {
    const template = await spared(t);
    const before = fds();
    for (let turn = 0; turn < 3; turn++) {
      await assert.rejects(template.fork().run(new URL("./no-such.cjs", import.meta.url)), {
        code: "ERR_FORK_REQUIRE",
      });
      await spare();
    }
    await until(() => fds() <= before, `${before} descriptors; there are ${fds()}`);
  });
});
