/** Strings and octets: what arrives is what was sent. */
import assert from "node:assert/strict";
import { json } from "node:stream/consumers";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../main/index.js";
import { untilIdle } from "../../support/idle.js";
import { forbidLeaks } from "../../support/leaks.js";
import { argumentsOf, WORKERS } from "../../support/workers.js";

const MEGABYTE = 1024 * 1024;

export function argumentsInOrder(): void {
  suite("arguments", () => {
    forbidLeaks();

    test("arguments arrive in the order sent, strings as strings and octets as Buffers", async () => {
      const proc = ForkProcess.create()
        .sendArg("one", new Uint8Array([2, 0, 255]))
        .sendArg("three");
      assert.deepEqual(await argumentsOf(proc), ["one", { octets: [2, 0, 255] }, "three"]);
    });

    test("arguments may be empty, hold NUL, and characters of every plane", async () => {
      const strings = ["", "\0", "Grüße", "\u{1f600} 日本語 \u0301", "\\\"'\r\n", "\ufffe\uffff"];
      const proc = ForkProcess.create().sendArg(...strings, new Uint8Array(0));
      assert.deepEqual(await argumentsOf(proc), [...strings, { octets: [] }]);
    });

    test("all 256 octets arrive as they are", async () => {
      const octets = Array.from({ length: 256 }, (_, octet) => octet);
      const part = new Uint8Array([9, ...octets, 9]).subarray(1, 257);
      assert.deepEqual(await argumentsOf(ForkProcess.create().sendArg(part)), [{ octets }]);
    });

    for (const [what, make] of [
      ["a fresh runtime", () => ForkProcess.fresh()],
      ["a process", () => ForkProcess.create()],
      ["a fork of a fresh runtime", () => ForkProcess.fresh().fork()],
    ] as const)
      test(`arguments wait in ${what} for as long as it has nothing to do, and are in its forks`, async () => {
        const proc = make().sendArg("waiting");
        await proc.ready();
        await untilIdle(proc.pid as number);
        const fork = proc.fork().sendArg("forked");
        assert.deepEqual(await argumentsOf(fork), ["waiting", "forked"]);
        assert.deepEqual(await argumentsOf(proc), ["waiting"]);
      });

    test("sendArg() without arguments sends none", async () => {
      assert.deepEqual(await argumentsOf(ForkProcess.create().sendArg()), []);
    });

    test("octets are taken at once: changing them later changes nothing", async () => {
      const octets = new Uint8Array(4 * MEGABYTE).fill(1);
      const proc = ForkProcess.create().eval("function sum(s, o) { s.end(JSON.stringify(o.reduce((a, b) => a + b))) }");
      proc.sendArg(octets);
      octets.fill(2);
      const worker = await proc.run("sum");
      assert.equal(await json(worker.socket), octets.length);
      await worker.exited;
    });

    test("ten thousand arguments arrive", async () => {
      const many = Array.from({ length: 10_000 }, (_, index) => `argument ${index}`);
      assert.deepEqual(await argumentsOf(ForkProcess.create().sendArg(...many)), many);
      const proc = ForkProcess.create();
      for (const one of many) proc.sendArg(one);
      assert.deepEqual(await argumentsOf(proc), many);
    });

    test("a string and octets of 200 MB arrive", async () => {
      const size = 200 * MEGABYTE;
      const proc = ForkProcess.create().sendArg("x".repeat(size)).sendArg(Buffer.alloc(size));
      const worker = await proc.run(WORKERS, "measure");
      assert.deepEqual(await json(worker.socket), [
        ["string", size],
        ["object", size],
      ]);
      await worker.exited;
    });

    test("what is neither string nor octets is refused, and nothing of that call is sent", async () => {
      using proc = ForkProcess.create();
      const send = proc.sendArg.bind(proc) as (...values: unknown[]) => unknown;
      for (const wrong of [undefined, null, 1, {}, [], new ArrayBuffer(1), new Uint16Array(1), Symbol("x"), () => {}])
        assert.throws(() => send("lost", wrong), { name: "ForkError", code: "ERR_FORK_ARGUMENT" });
      assert.deepEqual(await argumentsOf(proc.fork()), []);
    });

    test("more than 4 GiB in a call is refused before anything is sent", async () => {
      using proc = ForkProcess.create();
      const huge = new Uint8Array(2 ** 31);
      assert.throws(() => proc.sendArg(huge, huge), { code: "ERR_FORK_TOO_LARGE" });
      assert.deepEqual(await argumentsOf(proc.fork()), []);
    });
  });
}
