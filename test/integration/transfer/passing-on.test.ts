/** A process object that comes from another program, which then ends. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type net from "node:net";
import { suite, test } from "node:test";
import { ForkProcess, type Worker } from "../../../main/index.js";
import { fixturePath } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { argumentsOf, idle, WORKERS } from "../../support/workers.js";

/** A program that has passed a process on over child_process's channel. */
async function receive(strategy: string): Promise<{ giver: ChildProcess; proc: ForkProcess }> {
  const giver = fork(fixturePath("give-away.mjs"), [strategy]);
  const proc = await new Promise<ForkProcess>((resolve, reject) => {
    giver.once("exit", () => reject(new Error("the giver ended")));
    giver.once("message", (_, handle) => {
      try {
        resolve(ForkProcess.fromHandle(handle as net.Socket));
      } catch (error) {
        reject(error);
      }
    });
  });
  return { giver, proc };
}

async function kill(giver: ChildProcess): Promise<void> {
  giver.kill("SIGKILL");
  await once(giver, "exit");
}

async function endWith(worker: Worker, end: () => void): Promise<unknown> {
  end();
  worker.socket.destroy();
  return worker.exited;
}

suite("a process from another program", () => {
  forbidLeaks();

  for (const strategy of ["fork", "exec"]) {
    test(`${strategy}: comes over child_process's channel, and outlives the program that sent it`, async () => {
      const { giver, proc } = await receive(strategy);
      await kill(giver);
      assert.deepEqual(await argumentsOf(proc.fork()), ["from the giver"]);
      assert.deepEqual(await argumentsOf(proc), ["from the giver"]);
    });

    test(`${strategy}: while that program lives, it says which signal ended the process`, async () => {
      const { giver, proc } = await receive(strategy);
      const worker = await idle(proc);
      const status = await endWith(worker, () => worker.kill("SIGKILL"));
      assert.deepEqual(status, { code: null, signal: "SIGKILL" });
      await kill(giver);
    });

    test(`${strategy}: once that program is gone, the process itself says with which code it left`, async () => {
      const { giver, proc } = await receive(strategy);
      const worker = await proc.eval("function leave(s) { s.on('data', () => process.exit(7)) }").run("leave");
      await kill(giver);
      worker.socket.write("now");
      worker.socket.resume();
      assert.deepEqual(await worker.exited, { code: 7, signal: null });
    });

    test(`${strategy}: once that program is gone, nobody knows of a signal, but the end is known`, async () => {
      const { giver, proc } = await receive(strategy);
      const worker = await proc.run(WORKERS, "idle");
      await kill(giver);
      const status = await endWith(worker, () => worker.kill("SIGKILL"));
      assert.deepEqual(status, { code: null, signal: null });
    });

    test(`${strategy}: that program ends while the process is unused`, async () => {
      const { giver, proc } = await receive(strategy);
      await kill(giver);
      await proc.ready();
      proc.close();
    });
  }
});
