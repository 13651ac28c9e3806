/** What a fork is given: all that was sent before it, nothing that was sent later. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import type { Configuration } from "../../support/configurations.js";
import { forbidLeaks } from "../../support/leaks.js";
import { argumentsOf, idle, WORKERS } from "../../support/workers.js";

export function cloning({ forks }: Configuration): void {
  suite("cloning", () => {
    forbidLeaks();

    test("what was sent before fork() is cloned, what is sent later is not", async () => {
      const proc = ForkProcess.create().sendArg("before");
      await proc.ready();
      const fork = proc.fork().sendArg("the fork's");
      proc.sendArg("later");
      assert.deepEqual(await argumentsOf(fork), ["before", "the fork's"]);
      assert.deepEqual(await argumentsOf(proc), ["before", "later"]);
    });

    test("what was sent before fork() is cloned also from a process that has not come to life yet", async () => {
      const proc = ForkProcess.create().sendArg("before");
      const fork = proc.fork().sendArg("the fork's");
      proc.sendArg("later");
      const told = await Promise.all([argumentsOf(fork), argumentsOf(proc)]);
      assert.deepEqual(told, [
        ["before", "the fork's"],
        ["before", "later"],
      ]);
    });

    test("what was sent before fork() is cloned also from a fresh runtime that has not said hello yet", async () => {
      const proc = ForkProcess.fresh().sendArg("before");
      const fork = proc.fork().sendArg("the fork's");
      proc.sendArg("later");
      const told = await Promise.all([argumentsOf(fork), argumentsOf(proc)]);
      assert.deepEqual(told, [
        ["before", "the fork's"],
        ["before", "later"],
      ]);
    });

    test("a fork of a fork of a fork has everything, in order", async () => {
      const first = ForkProcess.create().sendArg("1");
      const second = first.fork().sendArg("2");
      const third = second.fork().sendArg("3");
      first.sendArg("lost on the others");
      assert.deepEqual(await argumentsOf(third), ["1", "2", "3"]);
      first.close();
      second.close();
    });

    test("evaluated code and loaded modules are cloned", async () => {
      using proc = ForkProcess.create().eval("let counter = 1; function tell(socket) { socket.end(String(counter)) }");
      proc.require(WORKERS);
      const fork = proc.fork();
      proc.eval("counter = 2");
      const worker = await fork.run("tell");
      assert.equal(String(await worker.socket.toArray().then(Buffer.concat)), "1");
      await worker.exited;
    });

    test("a process can be forked again and again, and run in the end", async () => {
      const proc = ForkProcess.create().sendArg("cloned");
      const forks = Array.from({ length: 5 }, (_, index) => proc.fork().sendArg(String(index)));
      const told = await Promise.all([...forks, proc].map(argumentsOf));
      assert.deepEqual(told, [...forks.map((_, index) => ["cloned", String(index)]), ["cloned"]]);
    });

    test("forks asked for before run() come to life", async () => {
      const proc = ForkProcess.create().sendArg("cloned");
      const fork = proc.fork();
      const worker = await idle(proc);
      assert.deepEqual(await argumentsOf(fork), ["cloned"]);
      worker.socket.end();
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("forks asked for before close() come to life", async () => {
      const proc = ForkProcess.create().sendArg("cloned");
      const fork = proc.fork();
      proc.close();
      assert.deepEqual(await argumentsOf(fork), ["cloned"]);
    });

    test("forks asked for before Template.close() come to life", async () => {
      const template = new Template();
      const fork = template.fork().sendArg("x");
      template.close();
      assert.deepEqual(await argumentsOf(fork), ["x"]);
    });

    test("runArgs() takes what was sent so far: the function has only what comes later", async () => {
      const proc = ForkProcess.create()
        .sendArg("taken", Buffer.of(1))
        .eval(`globalThis.taken = require("desktop-fork/worker").runArgs().map(String)`)
        .sendArg("left");
      using fork = proc.fork();
      assert.deepEqual(await argumentsOf(proc), ["left"]);
      const worker = await fork.eval("function tell(socket) { socket.end(taken.join()) }").run("tell");
      assert.equal(String(await worker.socket.toArray().then(Buffer.concat)), "taken,\u0001");
      await worker.exited;
    });

    test("many forks queued at once all come to life", async () => {
      const count = forks ? 500 : 20;
      const proc = ForkProcess.create();
      const queued = Array.from({ length: count }, (_, index) => proc.fork().sendArg(String(index)));
      const told = await Promise.all(queued.map(argumentsOf));
      assert.deepEqual(
        told,
        queued.map((_, index) => [String(index)]),
      );
      proc.close();
    });
  });
}
