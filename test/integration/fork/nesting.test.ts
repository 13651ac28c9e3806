/** The library where it is itself at work: in workers, in processes that are forked later, and in threads. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { Worker } from "node:worker_threads";
import { ForkProcess, Template } from "../../../main/index.js";
import { FORK } from "../../support/configurations.js";
import { forbidLeaks } from "../../support/leaks.js";
import { exists, processesOf } from "../../support/processes.js";
import { seedFixture } from "../../support/seed.js";
import { until } from "../../support/until.js";
import { argumentsOf } from "../../support/workers.js";

Object.assign(process.env, FORK.env);

suite("the library in a worker", () => {
  forbidLeaks();

  test("makes processes from a template of the worker's own, which belong to it", async () => {
    const worker = await ForkProcess.create().sendArg("2").run(seedFixture("nested.mjs"));
    const said = await text(worker.socket);
    assert.match(said, /^\d+\(\d+\(\d+\)0\)0$/);
    const [outer, inner, owner] = said.match(/\d{2,}/g) as [string, string, string];
    assert.deepEqual([outer, inner], [String(worker.pid), owner]);
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
  });

  test("the library may be loaded in the template already", async () => {
    using template = new Template({ modules: ["desktop-fork", seedFixture("nested.mjs")] });
    const workers = await Promise.all([1, 2].map(() => template.fork().sendArg("1").run(seedFixture("nested.mjs"))));
    for (const worker of workers) {
      assert.equal(await text(worker.socket), `${worker.pid}(${worker.pid})0`);
      await worker.exited;
    }
  });

  test("a fork of a process that has used it has nothing of that, and makes processes of its own", async () => {
    using used =
      ForkProcess.create().eval(`globalThis.ready = import("desktop-fork").then(async ({ ForkProcess, Template }) => {
      globalThis.ForkProcess = ForkProcess;
      globalThis.template = await Template.start();
      globalThis.resting = await template.fork().eval("function rest(s) { s.resume() }").run("rest");
      globalThis.waiting = template.fork();
    })`);
    await used.eval("ready").ready();
    const fork = used.fork().eval(`async function look(socket) {
      const refused = await waiting.ready().then(() => "ready", ({ code }) => code);
      const worker = await template.fork().eval("function say(s) { s.end(String(require('desktop-fork/worker').ownerPid())) }").run("say");
      let said = "";
      for await (const chunk of worker.socket) said += chunk;
      template.close();
      socket.end([refused, said, resting.pid].join());
    }`);
    const worker = await fork.run("look");
    const [refused, owner, resting] = (await text(worker.socket)).split(",");
    assert.deepEqual([refused, owner], ["ERR_FORK_CLOSED", String(worker.pid)]);
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
    assert.ok(exists(Number(resting)), "the worker of the process that was forked lives on");
    used.close();
    await until(() => !exists(Number(resting)), "its end with its owner");
  });

  test("Template.ofProgram() is refused there", async () => {
    const proc = ForkProcess.create().eval("import('desktop-fork').then(({ Template }) => Template.ofProgram({}))");
    await assert.rejects(
      proc.ready(),
      (error: Error) => (error.cause as NodeJS.ErrnoException).code === "ERR_FORK_UNSUPPORTED",
    );
    proc.close();
  });
});

suite("the library in a thread", () => {
  forbidLeaks();

  for (const ending of ["return", "exit", "terminate"])
    test(`works, and a thread that ends by ${ending} leaves nothing behind`, async () => {
      const thread = new Worker(seedFixture("in-thread.mjs"), { workerData: ending });
      const exited = once(thread, "exit");
      const [{ said, code, idle }] = await once(thread, "message");
      assert.deepEqual([said, code], ["said", 0]);
      if (ending === "terminate") await thread.terminate();
      await exited;
      await until(() => !exists(idle) && processesOf(process.pid).length === 0, "the end of its processes");
    });

  test("does not disturb the main thread's", async () => {
    const proc = ForkProcess.create().sendArg("main");
    const thread = new Worker(seedFixture("in-thread.mjs"), { workerData: "terminate" });
    await once(thread, "message");
    await thread.terminate();
    assert.deepEqual(await argumentsOf(proc), ["main"]);
  });
});
