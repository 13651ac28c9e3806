/** How workers end, and how their parent learns of it. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../main/index.js";
import { fixture } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { processesOf } from "../../support/processes.js";
import { runProgram } from "../../support/program.js";
import { until } from "../../support/until.js";
import { idle } from "../../support/workers.js";

const ENDINGS = fixture("endings.mjs");

const QUIET = [
  ["exitAtOnce", 9, null],
  ["exitLater", 250, null],
  ["exitCodeProperty", 5, null],
  ["returns", 0, null],
  ["resolves", 0, null],
  ["naturalEnd", 0, null],
  ["handlesItsErrors", 77, null],
  ["exitListener", 33, null],
  ["killsItself", null, "SIGTERM"],
] as const;

/** These say something on standard error. */
const LOUD = [
  ["throws", { code: 1, signal: null }, /RangeError: thrown by a worker\n\s+at throws \(.*endings\.mjs:/],
  ["throwsLater", { code: 1, signal: null }, /RangeError: thrown by a worker\n\s+at .*throws .*endings\.mjs:/],
  ["rejects", { code: 1, signal: null }, /RangeError: rejected by a worker\n\s+at rejects \(.*endings\.mjs:/],
  ["neverSettles", { code: 13, signal: null }, /'neverSettles' still waits/],
  ["aborts", { code: null, signal: "SIGABRT" }, /(?:)/],
] as const;

export function endings(): void {
  suite("endings", () => {
    forbidLeaks();

    test("a process that is closed ends, although its evaluated code never does", async (t) => {
      const folder = mkdtempSync(path.join(tmpdir(), "desktop-fork-endings-"));
      t.after(() => rmSync(folder, { recursive: true }));
      const begun = path.join(folder, "begun");
      const proc = ForkProcess.create().eval("require('node:fs').writeFileSync(args[0], ''); for (;;);", begun);
      await until(() => existsSync(begun), "the endless loop");
      proc.close();
      await until(() => !processesOf(process.pid).some(({ pid }) => pid === proc.pid), "its end");
    });

    for (const [name, code, signal] of QUIET)
      test(`${name}: ${code === null ? signal : `code ${code}`}`, async () => {
        const worker = await ForkProcess.create().run(ENDINGS, name);
        worker.socket.resume();
        assert.deepEqual(await worker.exited, { code, signal });
        assert.equal(worker.exitCode, code);
      });

    for (const [name, status, output] of LOUD)
      test(`${name}: ${status.code === null ? status.signal : `code ${status.code}`}, and standard error says why`, async () => {
        const { stdout, stderr, code } = await runProgram("run-ending.mjs", { args: [name] });
        assert.deepEqual(JSON.parse(stdout), status);
        assert.match(stderr, output);
        assert.equal(code, 0);
      });

    test("a signal from the parent ends the worker, and is told as its end", async () => {
      for (const signal of ["SIGTERM", "SIGKILL", "SIGINT", "SIGUSR2"] as const) {
        const worker = await idle(ForkProcess.create());
        assert.equal(worker.kill(signal), true);
        assert.deepEqual(await worker.exited, { code: null, signal });
        worker.socket.destroy();
      }
    });

    test("all of many workers are told, each with its own code", async () => {
      using proc = ForkProcess.create().eval("function leave(socket, code) { process.exit(Number(code)) }");
      const codes = Array.from({ length: 20 }, (_, index) => index * 3);
      const ended = codes.map(async (code) => {
        const worker = await proc.fork().sendArg(String(code)).run("leave");
        worker.socket.resume();
        return (await worker.exited).code;
      });
      assert.deepEqual(await Promise.all(ended), codes);
    });

    test("a worker's end is told in full although what it was forked from has failed since", async () => {
      const proc = ForkProcess.create();
      const [one, other] = await Promise.all([idle(proc.fork()), idle(proc.fork())]);
      await assert.rejects(proc.eval("throw new Error('later')").ready(), { code: "ERR_FORK_EVAL" });
      one.kill("SIGUSR2");
      assert.deepEqual(await one.exited, { code: null, signal: "SIGUSR2" });
      one.socket.destroy();
      other.socket.end();
      assert.deepEqual(await other.exited, { code: 0, signal: null });
    });
  });
}
