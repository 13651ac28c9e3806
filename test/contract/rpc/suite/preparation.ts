/** What happens before the first call and after the last: `init` and `done`. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../../main/index.js";
import { createRpc } from "../../../../main/rpc/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { nextEvent, rpcFixture, serve } from "../../../support/rpc.js";

const module = rpcFixture("prepared.mjs");

/** @returns the lines that the worker wrote to its journal */
async function withJournal(use: (journal: string) => Promise<void>): Promise<string[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-"));
  try {
    const journal = path.join(folder, "journal");
    await use(journal);
    return fs.existsSync(journal) ? fs.readFileSync(journal, "utf8").trim().split("\n") : [];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

export function preparation({ addon }: Configuration): void {
  suite("init and done", () => {
    forbidLeaks();

    test("init is called first, with all that was sent to the process, in order", async () => {
      const proc = ForkProcess.create().sendArg("one", Buffer.from("two"));
      if (addon) proc.sendHandle(0);
      await using rpc = createRpc(proc.sendArg("three"), { module, init: "init" });
      const event = nextEvent(rpc, "initialising");
      const given = await rpc.run("initialised");
      assert.deepEqual(given, ["one", Buffer.from("two"), ...(addon ? ["a descriptor"] : []), "three"]);
      await event;
      assert.equal(await rpc.ready(), rpc);
    });

    test("an init that fails rejects ready() and all calls, and the worker ends", async () => {
      const rpc = serve("prepared.mjs", { init: "failingInit" });
      const call = rpc.run("initialised");
      await assert.rejects(rpc.ready(), { code: "ERR_FORK_INIT", message: /not today/ });
      await assert.rejects(call, ({ code, cause }) => code === "ERR_FORK_INIT" && cause instanceof RangeError);
      await rpc.exited;
      await assert.rejects(rpc.run("initialised"), { code: "ERR_FORK_INIT" });
      await rpc.close();
    });

    test("an init or a done that is missing rejects ready(), and the worker ends", async () => {
      for (const options of [{ init: "missing" }, { done: "missing" }, { done: "constructor" }]) {
        const rpc = serve("prepared.mjs", options);
        await assert.rejects(rpc.ready(), { code: "ERR_FORK_INIT", message: /does not export/ });
        const { code, signal } = await rpc.exited;
        assert.ok(signal === "SIGKILL" || code === 1, `${code} ${signal}`);
      }
    });

    test("a worker that ends during init rejects its calls", async () => {
      const rpc = serve("prepared.mjs", { init: "exitingInit" });
      await assert.rejects(rpc.run("initialised"), { code: "ERR_FORK_DIED", exitCode: 3 });
      await assert.rejects(rpc.ready(), { code: "ERR_FORK_DIED" });
    });

    test("a worker that hangs in init is ended by terminate()", async () => {
      const rpc = serve("prepared.mjs", { init: "hangingInit" });
      const call = rpc.run("initialised");
      await Promise.all([rpc.terminate(), assert.rejects(call, { code: "ERR_FORK_CLOSED" })]);
    });

    test("a worker whose module never finishes loading is ended by terminate()", async () => {
      for (const fixture of ["hangs.mjs", "waits.mjs"]) {
        const rpc = serve(fixture);
        const call = rpc.run("anything");
        await Promise.all([rpc.terminate(), assert.rejects(call, { code: "ERR_FORK_CLOSED" })]);
        await assert.rejects(rpc.ready(), { code: "ERR_FORK_CLOSED" });
      }
    });

    test("done is called after close(), when all calls are answered", async () => {
      const lines = await withJournal(async (journal) => {
        const rpc = serve("prepared.mjs", { done: "done" });
        await rpc.run("remember", [journal]);
        const event = nextEvent(rpc, "done");
        const calls = ["a", "b", "c"].map((name) => rpc.run("work", [name]));
        await rpc.close();
        assert.deepEqual(await Promise.all(calls), ["a", "b", "c"]);
        await event;
        assert.deepEqual(await rpc.exited, { code: 0, signal: null });
      });
      assert.deepEqual(lines, ["a", "b", "c", "done"]);
    });

    test("a done that throws is the worker's: it exits with 1", async () => {
      const rpc = serve("prepared.mjs", { done: "failingDone" });
      await rpc.ready();
      await rpc.close();
      assert.deepEqual(await rpc.exited, { code: 1, signal: null });
    });

    test("a done that waits for what can't come does not hold up close()", async () => {
      const rpc = serve("prepared.mjs", { done: "hangingDone" });
      await rpc.ready();
      await rpc.close();
      assert.deepEqual(await rpc.exited, { code: 13, signal: null });
    });

    test("done is not called when the worker is terminated", async () => {
      const lines = await withJournal(async (journal) => {
        const rpc = serve("prepared.mjs", { done: "done" });
        await rpc.run("remember", [journal]);
        await rpc.terminate();
        assert.deepEqual(await rpc.exited, { code: null, signal: "SIGKILL" });
      });
      assert.deepEqual(lines, []);
    });
  });
}
