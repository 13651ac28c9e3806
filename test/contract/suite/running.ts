/** run(): from a process object to a worker. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../main/index.js";
import type { Configuration } from "../../support/configurations.js";
import { fixture } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { processesOf } from "../../support/processes.js";
import { until } from "../../support/until.js";
import { idle, WORKERS } from "../../support/workers.js";

export function running({ addon }: Configuration): void {
  suite("run", () => {
    forbidLeaks();

    test("resolves when the function has been entered, with a worker that has a pid", async () => {
      await using worker = await ForkProcess.create()
        .eval("function tell(socket) { socket.resume().write(String(process.pid)) }")
        .run("tell");
      const [pid] = await worker.socket.take(1).toArray();
      assert.equal(String(pid), String(worker.pid));
      assert.equal(worker.exitCode, null);
    });

    test("the function's socket comes first, then all that was sent", async () => {
      const proc = ForkProcess.create()
        .sendArg("1")
        .eval("function count(...all) { all[0].end(String(all.length)) }", "not sent");
      const worker = await proc.sendArg("2", "3").run("count");
      assert.equal(await text(worker.socket), "4");
      await worker.exited;
    });

    test("a function that is missing is told, with its name", async () => {
      await assert.rejects(ForkProcess.create().run("missing"), { code: "ERR_FORK_FUNCTION", message: /'missing'/ });
      await assert.rejects(ForkProcess.create().eval("var o = {}").run("o.missing"), { code: "ERR_FORK_FUNCTION" });
      await assert.rejects(ForkProcess.create().run(WORKERS, "missing"), {
        code: "ERR_FORK_FUNCTION",
        message: /'missing'/,
      });
    });

    test("what is no function is told, with what it is", async () => {
      await assert.rejects(ForkProcess.create().eval("var nothing = null").run("nothing"), {
        code: "ERR_FORK_FUNCTION",
        message: /'nothing' is no function but null/,
      });
      await assert.rejects(ForkProcess.create().run(WORKERS, "notAFunction"), {
        code: "ERR_FORK_FUNCTION",
        message: /'notAFunction' is no function but of type number/,
      });
    });

    test("the process of a run() that failed ends", async () => {
      const proc = ForkProcess.create();
      await proc.ready();
      const { pid } = proc;
      await assert.rejects(proc.run("missing"), { pid });
      await until(() => processesOf(process.pid).every((entry) => entry.pid !== pid), `the end of process ${pid}`);
    });

    test("a second run() is refused, and the first one's worker is not touched", async () => {
      const proc = ForkProcess.create();
      const first = proc.run(WORKERS, "default");
      await assert.rejects(proc.run(WORKERS, "tell"), { code: "ERR_FORK_USED" });
      await using worker = await first;
      await assert.rejects(proc.run(WORKERS, "tell"), { code: "ERR_FORK_USED" });
      worker.socket.end("echo");
      assert.equal(await text(worker.socket), "echo");
    });

    test("after run() nothing more can be asked, from the very call on", async () => {
      const proc = ForkProcess.create();
      const running = idle(proc);
      for (const ask of [
        () => proc.eval("1"),
        () => proc.require("node:fs"),
        () => proc.sendArg("late"),
        () => proc.fork(),
        ...(addon ? [() => proc.sendHandle(0)] : []),
      ])
        assert.throws(ask, { code: "ERR_FORK_USED" });
      await assert.rejects(proc.ready(), { code: "ERR_FORK_USED" });
      proc.close(); // does nothing
      await using worker = await running;
      worker.socket.end();
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("after close() nothing more can be asked", async () => {
      const proc = ForkProcess.create();
      proc.close();
      proc.close();
      for (const ask of [
        () => proc.eval("1"),
        () => proc.require("node:fs"),
        () => proc.sendArg("late"),
        () => proc.fork(),
      ])
        assert.throws(ask, { code: "ERR_FORK_CLOSED" });
      await assert.rejects(proc.ready(), { code: "ERR_FORK_CLOSED" });
      await assert.rejects(proc.run(WORKERS), { code: "ERR_FORK_CLOSED" });
    });

    test("ready() that waits is rejected by close()", async () => {
      const proc = ForkProcess.create().eval("new Promise(() => {})");
      const waiting = proc.ready();
      await until(() => proc.pid !== undefined || !addon, "its pid");
      proc.close();
      await assert.rejects(waiting, { code: "ERR_FORK_CLOSED" });
    });

    test("a worker whose function throws at once was entered all the same", async () => {
      const worker = await ForkProcess.create().run(fixture("endings.mjs"), "exitAtOnce");
      assert.deepEqual(await worker.exited, { code: 9, signal: null });
      worker.socket.destroy();
    });
  });
}
