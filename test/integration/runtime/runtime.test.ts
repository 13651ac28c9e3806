/** Which executable hosts a process: for one call, for a program, by the environment. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { ForkProcess, setRuntime, Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { makeFolder } from "../../support/single-file.js";

/** A runtime that can be told apart: this Node, with a name in its environment. */
function named(name: string, t: TestContext): string {
  const file = path.join(makeFolder(t), name);
  fs.writeFileSync(file, `#!/bin/sh\nRUNTIME=${name} exec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  return file;
}

async function runtimeOf(proc: ForkProcess): Promise<string> {
  const worker = await proc
    .eval("function tell(socket) { socket.end(process.env.RUNTIME ?? 'the running Node') }")
    .run("tell");
  const [name] = await Promise.all([text(worker.socket), worker.exited]);
  return name;
}

suite("runtime", () => {
  forbidLeaks();

  test("the runtime is the Node that runs this program, unless something else is asked for", async () => {
    assert.equal(await runtimeOf(ForkProcess.fresh()), "the running Node");
  });

  test("the runtime may be chosen for a process, for a template, for the program and by the environment, in this order", async (t) => {
    t.after(() => {
      setRuntime(undefined);
      delete process.env["DESKTOP_FORK_RUNTIME"];
    });
    process.env["DESKTOP_FORK_RUNTIME"] = named("environment", t);
    assert.equal(await runtimeOf(ForkProcess.fresh()), "environment");
    setRuntime(named("program", t));
    assert.equal(await runtimeOf(ForkProcess.fresh()), "program");
    const runtime = named("call", t);
    assert.equal(await runtimeOf(ForkProcess.fresh({ runtime })), "call");
    using template = new Template({ runtime });
    assert.equal(await runtimeOf(template.fork()), "call");
    setRuntime(undefined);
    assert.equal(await runtimeOf(ForkProcess.fresh()), "environment");
  });

  test("a runtime that does not exist is told with its path", async () => {
    const runtime = "/nonexistent/node";
    await assert.rejects(ForkProcess.fresh({ runtime }).ready(), {
      code: "ERR_FORK_RUNTIME",
      message: /'\/nonexistent\/node'/,
    });
  });

  test("a runtime is named by a path", () => {
    for (const wrong of ["", 1, null]) assert.throws(() => setRuntime(wrong as never), { code: "ERR_FORK_ARGUMENT" });
  });
});
