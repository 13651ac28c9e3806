/** Ending calls early: by a signal, by time. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { suite, test } from "node:test";
import { forbidLeaks } from "../../../support/leaks.js";
import { nextEvent, serve } from "../../../support/rpc.js";

export function cancelling(): void {
  suite("cancelling", () => {
    forbidLeaks();

    test("aborting rejects a running call at once, and the worker sees it", async () => {
      await using rpc = serve();
      const controller = new AbortController();
      const begun = nextEvent(rpc, "begun");
      const aborted = nextEvent(rpc, "aborted");
      const call = rpc.run("untilAborted", [], { signal: controller.signal });
      await begun;
      controller.abort(new Error("enough"));
      await assert.rejects(call, ({ name, code, cause }) => {
        assert.deepEqual([name, code, cause.message], ["AbortError", "ABORT_ERR", "enough"]);
        return true;
      });
      await aborted;
      assert.equal(await rpc.run("add", [1, 2]), 3, "the worker lives on");
    });

    test("a signal that is aborted already: the function is not called", async () => {
      await using rpc = serve();
      const signal = AbortSignal.abort();
      await assert.rejects(rpc.run("emitMany", ["tick", 1], { signal }), { name: "AbortError" });
      rpc.on("tick", () => assert.fail("called"));
      await rpc.run("add", [1, 2]);
    });

    test("a signal that aborts before the worker is there rejects at once", async () => {
      await using rpc = serve();
      const controller = new AbortController();
      const call = rpc.run("ignoreAbort", [], { signal: controller.signal });
      controller.abort();
      await assert.rejects(call, { name: "AbortError" });
      assert.equal(rpc.pid, undefined, "the call waited for the worker");
    });

    test("a result that comes after the abort, or after the time, is ignored", async () => {
      await using rpc = serve();
      await rpc.ready();
      const controller = new AbortController();
      const ended = nextEvent(rpc, "ended");
      const begun = nextEvent(rpc, "begun");
      const call = rpc.run("ignoreAbort", [], { signal: controller.signal });
      await begun;
      controller.abort();
      await assert.rejects(call, { name: "AbortError" });
      rpc.emit("go");
      await ended;
      await assert.rejects(rpc.run("ignoreAbort", [], { timeout: 20 }), { code: "ERR_FORK_TIMEOUT" });
      const endedLater = nextEvent(rpc, "ended");
      rpc.emit("go");
      await endedLater;
      assert.equal(await rpc.run("add", [1, 2]), 3);
    });

    test("a call above its timeout rejects, and the worker sees an abort", async () => {
      await using rpc = serve();
      await rpc.ready();
      const aborted = nextEvent(rpc, "aborted");
      await assert.rejects(rpc.run("untilAborted", [], { timeout: 30 }), {
        name: "ForkError",
        code: "ERR_FORK_TIMEOUT",
        message: "'untilAborted' took longer than 30 ms",
      });
      await aborted;
    });

    test("a timeout of 0 is none; one that is not reached changes nothing", async () => {
      await using rpc = serve();
      assert.equal(await rpc.run("sleep", [50], { timeout: 0 }), 50);
      assert.equal(await rpc.run("sleep", [5], { timeout: 60_000, signal: undefined }), 5);
    });

    test("no listener stays on a signal that outlives its calls", async () => {
      await using rpc = serve();
      const { signal } = new AbortController();
      await Promise.all(Array.from({ length: 20 }, () => rpc.run("add", [1, 2], { signal })));
      await assert.rejects(rpc.run("fail", [], { signal }));
      await assert.rejects(rpc.run("never", [], { signal, timeout: 10 }));
      await assert.rejects(rpc.run("echo", [() => {}], { signal }));
      for await (const _ of (await rpc.run("items", [3], { signal })) as AsyncIterable<unknown>);
      assert.equal(getEventListeners(signal, "abort").length, 0);
    });

    test("one signal aborts many calls; calls without it go on", async () => {
      await using rpc = serve();
      const controller = new AbortController();
      const { signal } = controller;
      const calls = Array.from({ length: 10 }, () => rpc.run("never", [], { signal }));
      const other = rpc.run("nextEvent", ["go"]);
      await rpc.ready();
      controller.abort();
      for (const { status } of await Promise.allSettled(calls)) assert.equal(status, "rejected");
      rpc.emit("go", "on");
      assert.deepEqual(await other, ["on"]);
    });

    test("abortSignal() says so when it is asked for too late", async () => {
      await using rpc = serve();
      await assert.rejects(rpc.run("abortSignalTooLate"), { message: /before its first await/ });
    });
  });
}
