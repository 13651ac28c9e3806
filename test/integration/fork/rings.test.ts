/** What a fork would share with its siblings although it is written to: no template may have it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";

function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return fs.readdirSync(folder).flatMap((fd) => {
    try {
      return [fs.readlinkSync(path.join(folder, fd))];
    } catch {
      return []; // closed meanwhile
    }
  });
}

suite("the event loops of a template", () => {
  forbidLeaks();

  test("event loops of a template have no io_uring: its memory would be that of all children at once", async () => {
    const template = await Template.start({ spares: 0 });
    const files = filesOf(template.pid as number);
    assert.ok(files.some((file) => file.includes("eventpoll")));
    assert.deepEqual(
      files.filter((file) => file.includes("io_uring")),
      [],
    );
    template.close();
  });

  test("event loops are turned by children that end at the same time, and none of them fails", async () => {
    const template = await Template.start({ spares: 0, modules: ["sharp"] }); // a native module: the exit is Node's own
    const code = "globalThis.leaves = (socket) => socket.once('data', () => process.exit(0)).resume();";
    for (let round = 0; round < 5; round++) {
      const workers = await Promise.all(Array.from({ length: 8 }, () => template.fork().eval(code).run("leaves")));
      for (const worker of workers) worker.socket.end("now");
      for (const worker of workers) assert.deepEqual(await worker.exited, { code: 0, signal: null });
    }
    template.close();
  });
});
