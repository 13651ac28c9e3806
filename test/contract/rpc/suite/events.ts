/** Events, from the worker and to it, and their order. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, test } from "node:test";
import { forbidLeaks } from "../../../support/leaks.js";
import { nextEvent, serve } from "../../../support/rpc.js";
import { temporaryFile } from "../../../support/temporary.js";

export function events(): void {
  suite("events", () => {
    forbidLeaks();

    test("the worker's events reach all listeners, with their arguments", async () => {
      await using rpc = serve();
      const heard: unknown[] = [];
      rpc.on("before", (n) => heard.push(["one", n]));
      rpc.on("before", (n) => heard.push(["other", n]));
      await rpc.run("emitThenResult", [{ n: 1 }]);
      assert.deepEqual(heard, [
        ["one", { n: 1 }],
        ["other", { n: 1 }],
      ]);
    });

    test("a listener that was taken off hears nothing; an event without a listener is dropped", async () => {
      await using rpc = serve();
      const listener = () => assert.fail("heard");
      rpc.on("tick", listener);
      rpc.off("tick", listener);
      rpc.off("tock", listener);
      assert.equal(await rpc.run("emitMany", ["tick", 3]), "result");
    });

    test("events and results arrive in exactly the order in which they were made", async () => {
      await using rpc = serve();
      const order: string[] = [];
      rpc.on("before", (n) => order.push(`before ${n}`));
      rpc.on("after", (n) => order.push(`after ${n}`));
      rpc.on("tick", (n) => order.push(`tick ${n}`));
      const report = (call: Promise<unknown>, name: string) => call.then(() => order.push(name));
      await Promise.all([
        report(rpc.run("emitThenResult", [1]), "result 1"),
        report(rpc.run("emitMany", ["tick", 3]), "ticked"),
        report(rpc.run("emitThenResult", [2]), "result 2"),
        report(rpc.run("add", [1, 2]), "added"),
      ]);
      assert.deepEqual(order, [
        ...["before 1", "tick 0", "tick 1", "tick 2", "ticked", "before 2", "added"],
        ...["after 1", "result 1", "after 2", "result 2"],
      ]);
    });

    test("ten thousand events arrive in order, and before the result that follows them", async () => {
      await using rpc = serve();
      const heard: number[] = [];
      rpc.on("tick", (n) => heard.push(n));
      await rpc.run("emitMany", ["tick", 10_000]);
      assert.deepEqual(
        heard,
        Array.from({ length: 10_000 }, (_, n) => n),
      );
    });

    test("an event leaves while the function that sent it keeps the worker busy", async (t) => {
      await using rpc = serve();
      await rpc.ready();
      await rpc.run("spin", [5]);
      const file = temporaryFile(t);
      const begun = nextEvent(rpc, "begun");
      const busy = rpc.run("blockUntil", [file, "begun"]);
      await begun;
      fs.writeFileSync(file, "");
      assert.equal(await busy, "released");
    });

    test("the worker hears the parent's events, in order with the calls", async () => {
      await using rpc = serve();
      for (let n = 0; n < 100; n++) rpc.emit("note", n, { n });
      const heard = await rpc.run("takeHeard");
      assert.deepEqual(
        heard,
        Array.from({ length: 100 }, (_, n) => [n, { n }]),
      );
      rpc.emit("nobody listens to that");
      await rpc.run("stopListening");
      rpc.emit("note", "unheard");
      assert.deepEqual(await rpc.run("takeHeard"), []);
    });

    test("events go to and fro without any call", async () => {
      await using rpc = serve();
      await rpc.ready();
      const answer = nextEvent(rpc, "ping");
      rpc.emit("pong", Buffer.from("ball"));
      assert.deepEqual(await answer, [Buffer.from("ball")]);
    });

    test("an event that can't be sent throws where it is sent, on either side", async () => {
      await using rpc = serve();
      assert.throws(() => rpc.emit("note", () => {}), {
        code: "ERR_FORK_SERIALIZE",
        message: /^an event can't be sent/,
      });
      assert.match((await rpc.run("emitUnserializable")) as string, /could not be cloned/);
      assert.deepEqual(await rpc.run("takeHeard"), []);
    });

    test("what a listener in the worker throws is the worker's end, and its calls'", async () => {
      await using rpc = serve();
      const call = rpc.run("throwInListener");
      rpc.emit("trap");
      await assert.rejects(call, { code: "ERR_FORK_DIED", exitCode: 1 });
      assert.throws(() => rpc.emit("note"), { code: "ERR_FORK_DIED" });
    });

    test("flush() resolves when the system has all that was sent: an exit loses nothing", async () => {
      for (const how of ["emitFlushAndExit", "emitAndExit"]) {
        await using rpc = serve();
        const last = nextEvent(rpc, "last");
        await assert.rejects(rpc.run(how, [5]), { code: "ERR_FORK_DIED", exitCode: 5 });
        assert.deepEqual(await last, ["words"]);
      }
    });
  });
}
