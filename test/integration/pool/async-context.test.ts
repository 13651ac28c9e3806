/** Who calls back in which AsyncLocalStorage: a call's functions in the call's, listeners in that of what they listen to. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { suite, test } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import { createPool } from "../../../main/pool/index.js";
import { createRpc } from "../../../main/rpc/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { poolFixture } from "../../support/pools.js";
import { rpcFixture } from "../../support/rpc.js";

const storage = new AsyncLocalStorage<string>();
const where = () => storage.getStore();

suite("async context", () => {
  forbidLeaks();

  test("onStart and onOutput have that of run(), with one worker for all jobs; events that of createPool()", async () => {
    const pool = storage.run("pool", () =>
      createPool({ module: poolFixture("jobs.mjs"), max: 1, stdout: "job", stderr: "ignore" }),
    );
    const events: unknown[] = [];
    for (const event of ["start", "exit"] as const)
      storage.run("listener", () => pool.on(event, () => events.push([event, where()])));
    const seen = await Promise.all(
      ["first", "second", "third"].map((name) =>
        storage.run(name, async () => {
          const contexts = new Set<unknown>();
          const note = () => contexts.add(where());
          await pool.run("print", ["x", 1], { onStart: note, onOutput: note });
          contexts.add(where());
          return [...contexts];
        }),
      ),
    );
    assert.deepEqual(seen, [["first"], ["second"], ["third"]]);
    await storage.run("last", () => pool.close());
    assert.deepEqual(events, [
      ["start", "pool"],
      ["exit", "pool"],
    ]);
  });

  test("listeners of an rpc have that of createRpc()", async () => {
    const rpc = storage.run("rpc", () => createRpc(ForkProcess.create(), { module: rpcFixture("worker.mjs") }));
    const seen: unknown[] = [];
    storage.run("listener", () => rpc.on("before", () => seen.push(where())));
    await storage.run("call", () => rpc.run("emitThenResult", [1]));
    assert.deepEqual(seen, ["rpc"]);
    await rpc.close();
  });

  test("listeners of a template have that of its making", async () => {
    const template = storage.run("template", () => new Template());
    await storage.run("ready", () => template.ready());
    let seen: unknown;
    storage.run("listener", () =>
      template.once("died", () => {
        seen = where();
      }),
    );
    // A template keeps no program alive.
    const alive = setInterval(() => {}, 1000);
    process.kill(template.pid as number, "SIGKILL");
    await once(template, "died");
    clearInterval(alive);
    assert.equal(seen, "template");
    template.close();
  });
});
