/** The life of a worker under rpc: ready, closed, terminated, killed. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../../main/index.js";
import { createRpc } from "../../../../main/rpc/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { exists } from "../../../support/processes.js";
import { type ProgramOptions, runProgram, startProgram } from "../../../support/program.js";
import { collect, nextEvent, rpcFixture, rpcFixturePath, serve } from "../../../support/rpc.js";
import { until } from "../../../support/until.js";

const PROGRAM = rpcFixturePath("program.mjs");

export function life({ env, addon }: Configuration): void {
  const program = (name: string): [string, ProgramOptions] => [PROGRAM, { args: [name], env }];

  suite("life", () => {
    forbidLeaks();

    test("ready() resolves with the rpc when the worker serves; then it has a pid and memory", async () => {
      await using rpc = serve();
      assert.equal(await rpc.ready(), rpc);
      assert.ok(exists(rpc.pid as number));
      const { rss, pss, uss } = await rpc.memory();
      assert.ok(rss >= pss && pss >= uss && uss > 0);
    });

    test("a module that is missing rejects ready() and all calls, with the remote error", async () => {
      const rpc = serve("missing.mjs");
      const call = rpc.run("add", [1, 2]);
      await assert.rejects(rpc.ready(), { code: "ERR_FORK_REQUIRE" });
      await assert.rejects(call, { code: "ERR_FORK_REQUIRE" });
      await assert.rejects(rpc.run("add", [1, 2]), { code: "ERR_FORK_REQUIRE" });
      assert.throws(() => rpc.emit("note"), { code: "ERR_FORK_REQUIRE" });
      await rpc.close();
    });

    test("what failed before in the process rejects the calls", async () => {
      const rpc = createRpc(ForkProcess.create().eval("throw new Error('before')"), {
        module: rpcFixture("worker.mjs"),
      });
      await assert.rejects(rpc.run("add", [1, 2]), { code: "ERR_FORK_EVAL", message: /before/ });
    });

    test("a process object is used up by it", async () => {
      const proc = ForkProcess.create();
      await using rpc = createRpc(proc, { module: rpcFixture("worker.mjs") });
      assert.throws(() => proc.eval("1"), { code: "ERR_FORK_USED" });
      const second = createRpc(proc, { module: rpcFixture("worker.mjs") });
      await assert.rejects(second.run("add", [1, 2]), { code: "ERR_FORK_USED" });
      await second.close();
      assert.equal(await rpc.run("add", [1, 2]), 3);
    });

    test("close() finishes all that was called, streams too, and no more is taken", async () => {
      const rpc = serve();
      const calls = Promise.allSettled([rpc.run("sleep", [100]), rpc.run("addLater", [1, 2]), rpc.run("fail")]);
      const stream = await rpc.run("items", [500]);
      const closed = rpc.close();
      await assert.rejects(rpc.run("add", [1, 2]), { code: "ERR_FORK_CLOSED", message: /closed/ });
      assert.throws(() => rpc.emit("note"), { code: "ERR_FORK_CLOSED" });
      const settled = (await calls) as { value?: unknown; reason?: Error }[];
      assert.deepEqual(
        settled.map(({ value, reason }) => value ?? reason?.message),
        [100, 3, "out of range"],
      );
      assert.equal((await collect(stream)).length, 500);
      await closed;
      assert.deepEqual(await rpc.exited, { code: 0, signal: null });
    });

    test("close() ends a worker that has other things to do", async () => {
      const rpc = createRpc(ForkProcess.create().eval("setInterval(() => {}, 1000)"), {
        module: rpcFixture("worker.mjs"),
      });
      await rpc.ready();
      await rpc.close();
      assert.deepEqual(await rpc.exited, { code: 0, signal: null });
    });

    test("closing twice, after terminate(), before the worker is there: all the same", async () => {
      const rpc = serve();
      assert.equal(rpc.close(), rpc.close());
      await rpc.close();
      await rpc.terminate();
      assert.deepEqual(await rpc.exited, { code: 0, signal: null });

      const other = serve();
      await Promise.all([other.terminate(), other.terminate(), other.close()]);
      await assert.rejects(other.ready(), { code: "ERR_FORK_CLOSED" });
    });

    test("a call that waits for what can't come any more does not hold up close()", async () => {
      const rpc = serve();
      const call = rpc.run("never");
      const closed = rpc.close();
      await assert.rejects(call, { code: "ERR_FORK_DIED", exitCode: 13 });
      await closed;
    });

    test("aborted calls may clean up when the rpc is closed, but not for ever", async () => {
      const rpc = serve();
      const controller = new AbortController();
      const begun = nextEvent(rpc, "begun");
      let cleaned = false;
      rpc.on("cleaned up", () => {
        cleaned = true;
      });
      const call = rpc.run("cleanUpAfterAbort", [], { signal: controller.signal });
      await begun;
      controller.abort();
      await Promise.all([rpc.close(), assert.rejects(call, { name: "AbortError" })]);
      assert.ok(cleaned);

      const stubborn = serve();
      await stubborn.ready();
      await assert.rejects(stubborn.run("ignoreAbort", [], { timeout: 10 }), { code: "ERR_FORK_TIMEOUT" });
      await stubborn.close();
      assert.deepEqual(await stubborn.exited, { code: 0, signal: null });
    });

    test("terminate() rejects what is pending with ERR_FORK_CLOSED, and kills even a busy worker", async () => {
      const rpc = serve();
      await rpc.ready();
      const calls = [rpc.run("never"), rpc.run("spin", [60_000, "begun"]), rpc.run("add", [1, 2])];
      await nextEvent(rpc, "begun");
      const settled = Promise.allSettled(calls);
      await rpc.terminate();
      for (const outcome of await settled)
        assert.equal(((outcome as PromiseRejectedResult).reason as { code: string }).code, "ERR_FORK_CLOSED");
      assert.deepEqual(await rpc.exited, { code: null, signal: "SIGKILL" });
    });

    test("a worker that is killed rejects all that is pending, with how it ended", async () => {
      const rpc = serve();
      const stream = (await rpc.run("items", [100_000])) as AsyncIterator<unknown>;
      const calls = Promise.allSettled([rpc.run("never"), rpc.run("sleep", [60_000])]);
      const { pid } = rpc;
      assert.ok(rpc.kill("SIGKILL"));
      for (const outcome of await calls) {
        const { code, signal, exitCode, message, pid: of } = (outcome as PromiseRejectedResult).reason;
        assert.deepEqual([code, signal, exitCode, of], ["ERR_FORK_DIED", "SIGKILL", null, pid]);
        assert.match(message, /was killed by SIGKILL before it answered/);
      }
      await assert.rejects(collect(stream), { code: "ERR_FORK_DIED" });
      await assert.rejects(rpc.run("add", [1, 2]), { code: "ERR_FORK_DIED" });
      assert.equal(rpc.kill(), false);
      await rpc.close();
      assert.deepEqual(await rpc.exited, { code: null, signal: "SIGKILL" });
    });

    test("process.exit() and an uncaught exception in the worker reject what is pending, with the code", async () => {
      const exiting = serve();
      await assert.rejects(exiting.run("exit", [9]), { code: "ERR_FORK_DIED", exitCode: 9, signal: null });
      const throwing = serve();
      await assert.rejects(throwing.run("throwOutside"), { code: "ERR_FORK_DIED", exitCode: 1 });
    });

    test("aborting the process's own signal rejects with an AbortError, and kills it", async () => {
      const controller = new AbortController();
      const rpc = createRpc(ForkProcess.create({ signal: controller.signal }), { module: rpcFixture("worker.mjs") });
      const call = rpc.run("never");
      await rpc.ready();
      controller.abort();
      await assert.rejects(call, { name: "AbortError" });
      assert.deepEqual(await rpc.exited, { code: null, signal: "SIGKILL" });

      const early = createRpc(ForkProcess.create({ signal: AbortSignal.abort() }), {
        module: rpcFixture("worker.mjs"),
      });
      await assert.rejects(early.run("add", [1, 2]), { name: "AbortError" });
      await early.exited;
    });

    test("ready(), calls and close() keep a program alive; an idle worker does not, and ends with it", async () => {
      const { code, stdout, stderr } = await runProgram(...program("natural"));
      assert.deepEqual([code, stderr], [0, ""]);
      const [ready, sum, pid] = stdout.trim().split("\n");
      assert.deepEqual([ready, sum], ["ready", "3"]);
      await until(() => !exists(Number(pid)), "the worker's end");
    });

    test("close() after the worker's death does not keep a program alive", async () => {
      const { code, stdout, stderr } = await runProgram(...program("closeAfterDeath"));
      assert.deepEqual([code, stdout, stderr], [0, "ERR_FORK_DIED\nclosed\n", ""]);
    });

    test("a program that is killed takes its workers along, even busy ones", { skip: !addon }, async () => {
      const { child, ended } = startProgram(...program("busy"));
      const pid = await new Promise<number>((resolve) => child.stdout?.once("data", (text) => resolve(Number(text))));
      assert.ok(exists(pid));
      child.kill("SIGKILL");
      await ended;
      await until(() => !exists(pid), "the worker's end");
    });
  });
}
