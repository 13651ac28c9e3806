/** A template with threads that are not the runtime's: it refuses to be forked, and says why. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { type ForkError, ForkProcess, Template } from "../../../main/index.js";
import { fixture } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { argumentsOf } from "../../support/workers.js";

const USES_SHARP = new URL("../template/uses-sharp.mjs", fixture("x"));
const HAS_THREAD = new URL("../template/has-thread.mjs", fixture("x"));

suite("a template with foreign threads", () => {
  process.env["DESKTOP_FORK_SPARES"] = "0";
  forbidLeaks();

  test("names the thread and the module that made it, each time, and goes on living", async () => {
    const template = await Template.start({ modules: [USES_SHARP] });
    const { pid } = template;
    for (let round = 0; round < 2; round++) {
      const error = (await template
        .fork()
        .ready()
        .catch((error) => error)) as ForkError;
      assert.equal(error.code, "ERR_FORK_REFUSED");
      assert.equal(error.pid, pid);
      assert.match(error.message, /thread 'libvips worker' \(\d+\), made by \S*libvips\S* runs in the process/);
      assert.match(error.message, /let only workers use it/);
    }
    assert.equal(template.strategy, "fork");
    assert.equal(template.pid, pid);
    template.close();
  });

  test("names a worker_threads Worker, and can be forked again once that has ended", async () => {
    const template = await Template.start({ modules: [HAS_THREAD] });
    await assert.rejects(template.fork().ready(), {
      code: "ERR_FORK_REFUSED",
      message: /thread '.*' \(\d+\), made by/,
    });
    template.close();

    const prepared = await Template.start();
    const proc = prepared.fork();
    proc.eval(
      "globalThis.thread = new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true })",
    );
    await assert.rejects(proc.fork().ready(), { code: "ERR_FORK_REFUSED" });
    await proc.eval("thread.terminate().then(() => {})").ready();
    assert.deepEqual(await argumentsOf(proc.fork().sendArg("x")), ["x"]);
    proc.close();
    prepared.close();
  });

  test("a process that could not be forked can still become a program", async () => {
    const proc = ForkProcess.create().require(HAS_THREAD);
    await assert.rejects(proc.fork().ready(), { code: "ERR_FORK_REFUSED" });
    const program = proc.become("/bin/true", [], { stdio: "ignore" });
    assert.deepEqual(await once(program, "exit"), [0, null]);
  });
});
