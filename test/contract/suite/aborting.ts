/** AbortSignals: of a process, of a run, of waiting. */
import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { suite, test } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { exists } from "../../support/processes.js";
import { until } from "../../support/until.js";
import { argumentsOf, idle, WORKERS } from "../../support/workers.js";

const ABORTED = { name: "AbortError", code: "ABORT_ERR" };
const NEVER = "new Promise(() => setInterval(() => {}, 1000))";

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

export function aborting(): void {
  suite("aborting", () => {
    forbidLeaks();

    test("a signal that is aborted already starts nothing", async () => {
      const signal = AbortSignal.abort(new Error("why"));
      const proc = ForkProcess.create({ signal });
      for (const promise of [proc.ready(), proc.run(WORKERS)])
        await assert.rejects(promise, (error: Error) => {
          assert.deepEqual([error.name, (error.cause as Error).message], ["AbortError", "why"]);
          return true;
        });
      assert.equal(proc.pid, undefined);
      await assert.rejects(Template.start({ signal }), ABORTED);
      using other = ForkProcess.create();
      await assert.rejects(other.ready({ signal }), ABORTED);
      await assert.rejects(ForkProcess.create().run(WORKERS, "tell", { signal }), ABORTED);
    });

    test("the signal of a process ends it while it is prepared, and rejects what waits", async () => {
      const controller = new AbortController();
      const proc = ForkProcess.create({ signal: controller.signal });
      await proc.ready();
      const pid = proc.pid as number;
      const waiting = [proc.eval(NEVER).ready(), proc.run("nothing")];
      controller.abort();
      for (const promise of waiting) await assert.rejects(promise, ABORTED);
      await until(() => !exists(pid), "its end");
      assert.equal(listeners(controller.signal), 0);
    });

    test("the signal of a process ends its worker, and destroys the socket with the AbortError", async () => {
      const controller = new AbortController();
      const worker = await idle(ForkProcess.create({ signal: controller.signal }));
      const failed = once(worker.socket, "error");
      controller.abort();
      const [error] = (await failed) as [Error];
      assert.equal(error.name, "AbortError");
      assert.deepEqual(await worker.exited, { code: null, signal: "SIGKILL" });
      assert.equal(listeners(controller.signal), 0);
    });

    test("the signal of run() ends the process on its way, or its worker, in a busy loop, too", async () => {
      const early = new AbortController();
      const running = ForkProcess.create().eval(NEVER).run("nothing", { signal: early.signal });
      early.abort();
      await assert.rejects(running, ABORTED);
      const late = new AbortController();
      const worker = await ForkProcess.create().run(WORKERS, "spin", { signal: late.signal });
      await once(worker.socket, "data");
      worker.socket.on("error", () => {});
      late.abort();
      assert.deepEqual(await worker.exited, { code: null, signal: "SIGKILL" });
      assert.deepEqual([listeners(early.signal), listeners(late.signal)], [0, 0]);
    });

    test("either signal, of the process or of run(), ends the worker", async () => {
      for (const which of [0, 1]) {
        const controllers = [new AbortController(), new AbortController()] as const;
        const [{ signal: ofProcess }, { signal: ofRun }] = controllers;
        const worker = await ForkProcess.create({ signal: ofProcess }).run(WORKERS, "idle", { signal: ofRun });
        worker.socket.on("error", () => {});
        controllers[which]?.abort();
        assert.deepEqual(await worker.exited, { code: null, signal: "SIGKILL" });
        assert.deepEqual([listeners(ofProcess), listeners(ofRun)], [0, 0]);
      }
    });

    test("the signal of a run() that was refused does nothing to the worker of the first run()", async () => {
      const proc = ForkProcess.create();
      await using worker = await idle(proc);
      const controller = new AbortController();
      await assert.rejects(proc.run(WORKERS, "tell", { signal: controller.signal }), { code: "ERR_FORK_USED" });
      controller.abort();
      assert.equal(worker.kill(0), true);
    });

    test("the signal of ready() ends the waiting alone", async () => {
      const controller = new AbortController();
      const proc = ForkProcess.create().eval("new Promise((resolve) => setTimeout(resolve, 100))").sendArg("x");
      const waiting = proc.ready({ signal: controller.signal });
      controller.abort();
      await assert.rejects(waiting, ABORTED);
      assert.equal(listeners(controller.signal), 0);
      assert.deepEqual(await argumentsOf(proc), ["x"]);
    });

    test("the signal of Template.start() leaves nothing, the signal of its ready() ends the waiting alone", async () => {
      const controller = new AbortController();
      const modules = ["data:text/javascript,await new Promise((resolve) => setTimeout(resolve, 100))"];
      const starting = Template.start({ modules, signal: controller.signal });
      setImmediate(() => controller.abort());
      await assert.rejects(starting, ABORTED);

      const template = new Template({ modules });
      await assert.rejects(template.ready({ signal: AbortSignal.timeout(1) }), ABORTED);
      assert.deepEqual(await argumentsOf(template.fork()), []);
      template.close();
    });

    test("after a worker has ended nothing is left of its signal", async () => {
      const { signal } = new AbortController();
      const worker = await idle(ForkProcess.create({ signal }));
      worker.socket.destroy();
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
      assert.equal(listeners(signal), 0);
      const proc = ForkProcess.create({ signal });
      await proc.ready();
      proc.close();
      await until(() => listeners(signal) === 0, "the end of its listeners");
    });
  });
}
