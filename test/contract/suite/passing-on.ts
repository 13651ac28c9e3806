/** toHandle() and fromHandle(): process objects that go to other programs. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import type { Configuration } from "../../support/configurations.js";
import { fixture } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { exists } from "../../support/processes.js";
import { until } from "../../support/until.js";
import { argumentsOf, idle } from "../../support/workers.js";

const ADOPTING = fixture("adopting.mjs");

/** What a worker's function in adopting.mjs says, given the process. */
async function give(proc: ForkProcess, to: string): Promise<string> {
  const handle = await proc.toHandle();
  const worker = await ForkProcess.create().sendHandle(handle).run(ADOPTING, to);
  handle.destroy();
  const said = await text(worker.socket);
  assert.deepEqual(await worker.exited, { code: 0, signal: null });
  return said;
}

/** The same process as another object, by way of a handle. */
async function passOn(proc: ForkProcess): Promise<ForkProcess> {
  return ForkProcess.fromHandle(await proc.toHandle());
}

function sendEmptyFile(proc: ForkProcess): ForkProcess {
  const fd = openSync("/dev/null", "r");
  proc.sendHandle(fd);
  closeSync(fd);
  return proc;
}

export function passingOn({ addon, forks }: Configuration): void {
  suite("passing on", () => {
    forbidLeaks();

    if (!addon) {
      test("needs the addon, and the object stays as it was", async () => {
        using proc = ForkProcess.create();
        await assert.rejects(proc.toHandle(), { code: "ERR_FORK_UNSUPPORTED" });
        assert.throws(() => ForkProcess.fromHandle(0), { code: "ERR_FORK_UNSUPPORTED" });
        assert.deepEqual(await argumentsOf(proc.fork()), []);
      });
      return;
    }

    test("a process goes on in another program, with all that it was told", async () => {
      const proc = sendEmptyFile(ForkProcess.create().sendArg("first", Buffer.of(1)));
      assert.deepEqual(JSON.parse(await give(proc, "askArguments")), [
        "first",
        { octets: [1] },
        { file: "" },
        "adopted",
      ]);
    });

    test("the pid of a process that was passed on is known at once, and the process is the same", async () => {
      const proc = ForkProcess.create().eval("globalThis.mark = 42");
      await proc.ready();
      const { pid } = proc;
      const adopted = await passOn(proc);
      assert.equal(adopted.pid, pid);
      const worker = await adopted.eval("function tell(s) { s.end(`${process.pid} ${mark}`) }").run("tell");
      assert.equal(await text(worker.socket), `${pid} 42`);
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("forks of it have what it was told before and after, as before", async () => {
      const proc = sendEmptyFile(ForkProcess.create().sendArg("before"));
      const fork = proc.fork().sendArg("the fork's");
      using adopted = await passOn(proc);
      const later = adopted.sendArg("later").fork().sendArg("the later fork's");
      assert.deepEqual(await argumentsOf(fork), ["before", { file: "" }, "the fork's"]);
      assert.deepEqual(await argumentsOf(later), ["before", { file: "" }, "later", "the later fork's"]);
      assert.deepEqual(JSON.parse(await give(adopted, "forkTwice")), [
        ["before", { file: "" }, "later", "one"],
        ["before", { file: "" }, "later", "two"],
      ]);
    });

    test("a process that is passed on may have been told more than a socket holds", async () => {
      const proc = ForkProcess.create();
      for (let index = 0; index < 20; index++) sendEmptyFile(proc.sendArg(`${index}`.repeat(100_000)));
      const adopted = await passOn(proc);
      const told = (await argumentsOf(adopted.fork())) as unknown[];
      assert.equal(told.length, 40);
      assert.equal(told[38], "19".repeat(100_000));
      assert.deepEqual(await argumentsOf(adopted), told);
    });

    test("two programs share a template: each is given a fork of it", async () => {
      const template = new Template();
      const forks = [template.fork().sendArg("a"), template.fork().sendArg("b")];
      const [one, other, own] = await Promise.all([
        ...forks.map((fork) => give(fork, "forkTwice")),
        argumentsOf(template.fork().sendArg("own")),
      ]);
      template.close();
      assert.deepEqual(JSON.parse(one as string), [
        ["a", "one"],
        ["a", "two"],
      ]);
      assert.deepEqual(JSON.parse(other as string), [
        ["b", "one"],
        ["b", "two"],
      ]);
      assert.deepEqual(own, ["own"]);
    });

    test("a process can be passed on again and again", async () => {
      let proc = ForkProcess.create().sendArg("0");
      for (let round = 1; round <= 5; round++) proc = (await passOn(proc)).sendArg(String(round));
      assert.deepEqual(await argumentsOf(proc.fork()), ["0", "1", "2", "3", "4", "5"]);
      const worker = await idle(proc);
      worker.kill("SIGUSR2");
      assert.deepEqual(await worker.exited, { code: null, signal: "SIGUSR2" });
      worker.socket.destroy();
    });

    test("the new parent learns how it ended, code and signal, also as a fresh runtime", async () => {
      for (const make of [() => ForkProcess.create(), () => ForkProcess.fresh()]) {
        const left = await (await passOn(make())).run(fixture("endings.mjs"), "exitLater");
        left.socket.resume();
        assert.deepEqual(await left.exited, { code: 250, signal: null });
        const killed = await idle(await passOn(make()));
        assert.equal(killed.kill("SIGKILL"), true);
        assert.deepEqual(await killed.exited, { code: null, signal: "SIGKILL" });
        assert.equal(killed.kill(), false);
        killed.socket.destroy();
      }
    });

    test("a program that is given a process and ends takes it along", async () => {
      const proc = ForkProcess.create();
      const handle = await proc.toHandle();
      const { pid } = proc;
      const worker = await ForkProcess.create().sendHandle(handle).run(ADOPTING, "hold");
      handle.destroy();
      assert.equal(String(await once(worker.socket, "data")), "held");
      assert.equal(exists(pid as number), true);
      worker.kill("SIGKILL");
      await worker.exited;
      worker.socket.destroy();
      await until(() => !exists(pid as number), "the process's end");
    });

    test("workers that the former parent has forked from it still tell it how they ended", {
      skip: !forks,
    }, async () => {
      const proc = ForkProcess.create();
      const worker = await idle(proc.fork());
      const adopted = await passOn(proc);
      const again = await passOn(adopted);
      worker.kill("SIGUSR2");
      assert.deepEqual(await worker.exited, { code: null, signal: "SIGUSR2" });
      worker.socket.destroy();
      again.close();
    });

    test("a handle that nobody takes ends the process with it", async () => {
      const proc = ForkProcess.create();
      const handle = await proc.toHandle();
      const pid = proc.pid as number;
      assert.equal(exists(pid), true);
      handle.destroy();
      await until(() => !exists(pid), "the process's end");
    });

    test("the object is used up, from the very call on", async () => {
      const proc = ForkProcess.create();
      const passing = proc.toHandle();
      for (const ask of [() => proc.eval("1"), () => proc.sendArg("late"), () => proc.fork()])
        assert.throws(ask, { code: "ERR_FORK_USED", message: /toHandle/ });
      await assert.rejects(proc.run("x"), { code: "ERR_FORK_USED" });
      await assert.rejects(proc.toHandle(), { code: "ERR_FORK_USED" });
      proc.close(); // does nothing
      const adopted = ForkProcess.fromHandle(await passing);
      assert.deepEqual(await argumentsOf(adopted), []);
      await assert.rejects(adopted.toHandle(), { code: "ERR_FORK_USED" });
    });

    test("a process that has failed is not passed on: the remote error is told, and it ends", async () => {
      const proc = ForkProcess.create().eval("throw new RangeError('first')");
      await assert.rejects(proc.toHandle(), { code: "ERR_FORK_EVAL", message: /first/ });
      await until(() => proc.pid === undefined || !exists(proc.pid), "its end");
      const closed = ForkProcess.create();
      closed.close();
      await assert.rejects(closed.toHandle(), { code: "ERR_FORK_CLOSED" });
      await assert.rejects(ForkProcess.create().eval("process.exit(3)").toHandle(), {
        code: "ERR_FORK_DIED",
        exitCode: 3,
      });
    });

    test("commands that fail in the new parent are told there", async () => {
      const adopted = await passOn(ForkProcess.create());
      await assert.rejects(adopted.eval("throw new RangeError('later')").ready(), {
        code: "ERR_FORK_EVAL",
        pid: adopted.pid,
      });
      adopted.close();
    });

    test("aborting: before, the passing on; afterwards, only what the new parent says", async () => {
      const early = new AbortController();
      const passing = ForkProcess.create({ signal: early.signal }).eval("new Promise(() => {})").toHandle();
      early.abort();
      await assert.rejects(passing, { name: "AbortError" });

      const [former, later] = [new AbortController(), new AbortController()];
      const handle = await ForkProcess.create({ signal: former.signal }).toHandle();
      former.abort();
      const adopted = ForkProcess.fromHandle(handle, { signal: later.signal });
      await adopted.ready();
      later.abort();
      await assert.rejects(adopted.ready(), { name: "AbortError" });
      const aborted = await ForkProcess.create().toHandle();
      const signal = AbortSignal.abort();
      await assert.rejects(ForkProcess.fromHandle(aborted, { signal }).ready(), { name: "AbortError" });
    });
  });
}
