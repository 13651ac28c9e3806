/** What keeps a parent alive, and what outlives it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { exists } from "../../support/processes.js";
import { runProgram } from "../../support/program.js";
import { until } from "../../support/until.js";

describe("spawn() and the end of its parent", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "spawn-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const said = (file: string) => () => fs.existsSync(file) && fs.readFileSync(file, "utf8").endsWith("\n");
  const run = (how: string, file: string) =>
    runProgram("../spawn/parent.mjs", { args: [how, path.join(folder, file)] });
  /** The program waits for it. */
  const release = (file: string) => fs.writeFileSync(path.join(folder, `${file}.go`), "");

  it("a parent waits for its program", async () => {
    const { code, stdout } = await run("wait", "waited");
    assert.deepEqual([code, stdout], [0, "exit 0\n"]);
    assert.ok(said(path.join(folder, "waited"))());
  });

  it("a parent does not wait for a program that was unreferenced; the program lives on", async () => {
    const { code, stdout } = await run("unref", "unreferenced");
    assert.deepEqual([code, stdout], [0, ""]);
    release("unreferenced");
    await until(said(path.join(folder, "unreferenced")), "the program's last words");
  });

  it("a program is started although its parent exits right after the call, and it is not ended with it", async () => {
    const { code } = await run("exit", "exited");
    assert.equal(code, 0);
    release("exited");
    await until(said(path.join(folder, "exited")), "the program's last words");
  });

  it("a program outlives a parent that is killed", async () => {
    const file = path.join(folder, "killed");
    const { signal, stdout } = await run("kill", "killed");
    assert.equal(signal, "SIGKILL");
    release("killed");
    await until(said(file), "the program's last words");
    await until(() => !exists(Number(stdout)), "the end of the template");
  });

  it("programs can be spawned from a worker thread, whose templates end with it", async () => {
    const { code, stdout, stderr } = await runProgram("../spawn/in-thread.mjs");
    assert.deepEqual([code, stdout], [0, "7 true\n"], stderr);
  });
});
