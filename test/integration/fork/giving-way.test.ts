/** Whoever wakes a template goes on first; what comes of a template takes its turns like everything else. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import { suite, test } from "node:test";
import { ForkProcess, spawn, Template } from "../../../main/index.js";
import { defaultTemplate } from "../../../main/template/default-template.js";
import { forbidLeaks } from "../../support/leaks.js";

const OTHER = 0;
const BATCH = 3;

/** The field of /proc/PID/stat, counted from the one after the name. */
const POLICY_FIELD = 38;

function policyOf(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[POLICY_FIELD]);
}

suite("giving way", () => {
  forbidLeaks();

  test("giving way is what a template does, and none of its workers", async () => {
    const template = await Template.start({ spares: 0 });
    assert.equal(policyOf(template.pid as number), BATCH);
    const worker = await template.fork().eval("globalThis.wait = (socket) => socket.resume()").run("wait");
    assert.equal(policyOf(worker.pid), OTHER);
    worker.socket.end();
    await worker.exited;
    template.close();
  });

  test("a process that may run a function does not give way", async () => {
    const proc = ForkProcess.fresh();
    await proc.ready();
    assert.equal(policyOf(proc.pid as number), OTHER);
    proc.close();
  });

  test("giving way is not handed on to programs, of which there may be many", async () => {
    for (let round = 0; round < 3; round++) {
      const program = spawn("sleep", ["60"], { stdio: "ignore" });
      await once(program, "spawn");
      assert.equal(policyOf(program.pid as number), OTHER);
      program.kill();
      await once(program, "close");
    }
    assert.equal(policyOf(defaultTemplate().process?.pid as number), BATCH);
  });
});
