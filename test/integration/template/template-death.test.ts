/** A template that is killed: before, while and after something is forked from it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ForkError, ForkProcess, Template, type TemplateDeath, type Worker } from "../../../main/index.js";
import { defaultTemplate } from "../../../main/template/default-template.js";
import { forbidLeaks } from "../../support/leaks.js";
import { exists } from "../../support/processes.js";
import { until } from "../../support/until.js";
import { argumentsOf, idle, WORKERS } from "../../support/workers.js";

const ROUNDS = 12;
const FORKS_PER_ROUND = 4;

function deathOf(template: Template): Promise<TemplateDeath> {
  return new Promise((resolve) => template.once("died", resolve));
}

async function kill(template: Template): Promise<TemplateDeath> {
  const death = deathOf(template);
  process.kill(template.pid as number, "SIGKILL");
  const timer = setInterval(() => {}, 1000); // a template keeps no program alive
  const told = await death;
  clearInterval(timer);
  return told;
}

async function stopped(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  const { readFileSync } = await import("node:fs");
  await until(() => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8")), "its stop");
}

suite("a template that is killed", () => {
  process.env["DESKTOP_FORK_SPARES"] = "0";
  forbidLeaks();

  test("before a fork: that is told, and the next fork has a new one", async () => {
    const template = await Template.start({ modules: ["lodash"] });
    const { pid } = template;
    const death = await kill(template);
    assert.deepEqual([death.pid, death.code, death.signal], [pid, null, "SIGKILL"]);
    assert.equal((death.error as ForkError).code, "ERR_FORK_DIED");
    assert.deepEqual(await argumentsOf(template.fork().sendArg("again")), ["again"]);
    assert.notEqual(template.pid, pid);
    template.close();
  });

  test("before a fork: so it is with the default template", async () => {
    using first = ForkProcess.create();
    await first.ready();
    const pid = defaultTemplate().process?.pid as number;
    process.kill(pid, "SIGKILL");
    await until(() => defaultTemplate().process?.over !== undefined, "the news of its end");
    assert.deepEqual(await argumentsOf(ForkProcess.create().sendArg("again")), ["again"]);
    assert.notEqual(defaultTemplate().process?.pid, pid);
  });

  test("while forks are asked of it: each of them fails with what happened, and its handles are closed", async () => {
    const template = await Template.start();
    const { pid } = template;
    await stopped(pid as number);
    const asked = [
      template.fork().run(WORKERS, "idle"),
      template.fork().sendHandle(2).eval("1").ready(),
      template.fork().fork().run("nothing"),
      template.ready(),
    ];
    const death = kill(template);
    for (const promise of asked)
      await assert.rejects(promise, { name: "ForkError", code: "ERR_FORK_DIED", signal: "SIGKILL" });
    await death;
    template.close();
  });

  test("whenever its template is killed a fork becomes a worker or fails, never hangs, and every end is told", async () => {
    const outcomes = { workers: 0, failures: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const template = await Template.start();
      const pid = template.pid as number;
      const asked = Array.from({ length: FORKS_PER_ROUND }, () => idle(template.fork()));
      await sleep(Math.random() * 8);
      process.kill(pid, "SIGKILL");
      for (const outcome of await Promise.allSettled(asked)) {
        if (outcome.status === "rejected") {
          assert.equal(outcome.reason.code, "ERR_FORK_DIED");
          outcomes.failures++;
        } else {
          await end(outcome.value);
          outcomes.workers++;
        }
      }
      template.close();
    }
    assert.equal(outcomes.workers + outcomes.failures, ROUNDS * FORKS_PER_ROUND);
  });

  test("after forks: the workers live on, and say themselves with which code they leave", async () => {
    const template = await Template.start();
    const worker = await template.fork().eval("function leave(s) { s.on('data', () => process.exit(7)) }").run("leave");
    const other = await idle(template.fork());
    await kill(template);
    assert.equal(exists(worker.pid), true);
    worker.socket.write("now");
    worker.socket.resume();
    assert.deepEqual(await worker.exited, { code: 7, signal: null });
    assert.equal(other.kill("SIGKILL"), true);
    // Its parent was the only one who could have told.
    assert.deepEqual(await other.exited, { code: null, signal: null });
    other.socket.destroy();
    template.close();
  });

  test("while it prepares: whoever waits is told", async () => {
    const template = new Template({
      modules: ["data:text/javascript,await new Promise(() => setInterval(() => {}, 1000))"],
    });
    const asked = [template.ready(), template.fork().run(WORKERS)];
    await until(() => template.strategy !== undefined, "its hello");
    const death = kill(template);
    for (const promise of asked) await assert.rejects(promise, { code: "ERR_FORK_DIED", signal: "SIGKILL" });
    await death;
    template.close();
  });
});

async function end(worker: Worker): Promise<void> {
  worker.socket.destroy();
  const { code, signal } = await worker.exited;
  assert.ok(code === 0 || (code === null && signal === null), `${code}, ${signal}`);
}
