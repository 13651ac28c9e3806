/** Objects that nobody holds any more: the garbage collector ends what they stand for, after it has done what it was told. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../main/index.js";
import { collectGarbage } from "../../support/collect-garbage.js";
import { forbidLeaks } from "../../support/leaks.js";
import { exists } from "../../support/processes.js";
import { temporaryFolder } from "../../support/temporary.js";
import { until } from "../../support/until.js";
import { idle } from "../../support/workers.js";

/** Waits with the collector at work; its news come in turns of the event loop. */
function untilCollected(look: () => boolean, what: string): Promise<boolean> {
  return until(() => {
    collectGarbage();
    return look();
  }, what);
}

const APPEND = "require('node:fs').appendFileSync(args[0], args[1])";

export function dropping(): void {
  suite("dropping", () => {
    forbidLeaks();

    test("a process that was set up and dropped still does what it was told, and ends", async (context) => {
      const file = path.join(temporaryFolder(context), "file");
      fs.writeFileSync(file, "");
      ForkProcess.create().eval(APPEND, file, "a");
      ForkProcess.create().sendArg("x").fork().eval(APPEND, file, "b");
      const done = () => [...fs.readFileSync(file, "utf8")].sort().join("") === "ab";
      await untilCollected(done, "what they were told");
    });

    test("a process that was given a function and dropped runs it", async (context) => {
      const file = path.join(temporaryFolder(context), "file");
      const code = `function write(socket, file) { require("node:fs").writeFileSync(file, "run") }`;
      void ForkProcess.create().eval(code).sendArg(file).run("write");
      await untilCollected(() => fs.existsSync(file) && fs.readFileSync(file, "utf8") === "run", "its run");
    });

    test("a process that is dropped before run() ends", async () => {
      const pid = await (async () => {
        const proc = ForkProcess.create().sendArg("x");
        await proc.ready();
        return proc.pid as number;
      })();
      assert.equal(exists(pid), true);
      await untilCollected(() => !exists(pid), "its end");
    });

    test("a process whose object is held lives on", async () => {
      const proc = ForkProcess.create();
      await proc.ready();
      for (let round = 0; round < 20; round++) {
        collectGarbage();
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(exists(proc.pid as number), true);
      proc.close();
    });

    test("forks live on when what they were forked from is dropped", async () => {
      const source = new WeakRef(ForkProcess.create());
      const worker = await idle((source.deref() as ForkProcess).sendArg("x").fork());
      await untilCollected(() => source.deref() === undefined, "its collection");
      assert.equal(exists(worker.pid), true);
      worker.socket.end();
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("a worker lives on when its object is dropped", async () => {
      const { object, pid } = await (async () => {
        const worker = await ForkProcess.create().eval("function stay() { setInterval(() => {}, 1000) }").run("stay");
        return { object: new WeakRef(worker), pid: worker.pid };
      })();
      for (let round = 0; round < 20; round++) {
        collectGarbage();
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(exists(pid), true);
      process.kill(pid, "SIGKILL");
      await untilCollected(() => !exists(pid), "its end");
      assert.equal(object.deref()?.exitCode ?? null, null);
    });

    test("a failure that nobody asked about is a warning", async () => {
      const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
      ForkProcess.create().eval("throw new RangeError('nobody asked')");
      let warning: Error | undefined;
      void warned.then((error) => {
        warning = error;
      });
      await untilCollected(() => warning !== undefined, "the warning");
      assert.equal((warning as NodeJS.ErrnoException).code, "ERR_FORK_EVAL");
      assert.match((warning as Error).message, /nobody asked/);
    });
  });
}
