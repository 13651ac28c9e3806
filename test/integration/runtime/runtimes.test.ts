/** A runtime that is wrong: a clear error that names it, soon, and no process left. */
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, suite, test } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { temporaryFolder } from "../../support/temporary.js";
import { until } from "../../support/until.js";

/** What a wrong runtime does with its command line and its channel, descriptor 3. */
const SCRIPTS: Record<string, string> = {
  "prints garbage on the channel": "printf 'this is not the protocol at all' >&3; exec sleep 30",
  "writes a message of a gigabyte": String.raw`printf '\377\377\377\077\101\0\0\0\0\0\0\0' >&3; exec sleep 30`,
  "says hello in no JSON": String.raw`printf '\007\0\0\0\101\0\0\0\0\0\0\0\0\002\0\0\0{{' >&3; exec sleep 30`,
  "says hello without a version": String.raw`printf '\007\0\0\0\101\0\0\0\0\0\0\0\0\002\0\0\0{}' >&3; exec sleep 30`,
  "speaks another version": String.raw`printf '\054\0\0\0\101\0\0\0\0\0\0\0\0\047\0\0\0{"protocol":9,"pid":7,"node":"v20.0.0"}' >&3; exec sleep 30`,
  "answers what nobody asked": String.raw`printf '\0\0\0\0\102\0\0\0\141\036\0\0' >&3; exec sleep 30`,
  "closes its channel and stays": "exec 3>&-; exec sleep 30",
  "is killed": "kill -9 $$",
};

const folder = temporaryFolder({ after });

function script(name: string, code: string, mode = 0o755): string {
  const file = path.join(folder, name.replaceAll(" ", "-"));
  writeFileSync(file, `#!/bin/sh\n${code}\n`);
  chmodSync(file, mode);
  return file;
}

interface Failure extends Error {
  code: string;
  pid?: number;
  exitCode?: number | null;
}

/** Of every way to ask something of a process with this runtime. */
async function failuresOf(options: {
  runtime: string;
  startTimeoutMs?: number;
  execArgv?: string[];
}): Promise<Failure[]> {
  const template = new Template(options);
  let died = false;
  template.on("died", () => {
    died = true;
  });
  const asked = [
    ForkProcess.fresh(options).ready(),
    ForkProcess.fresh(options).eval("1").run("nothing"),
    ForkProcess.fresh(options).sendArg("x").fork().run("nothing"),
    template.ready(),
    template.fork().run("nothing"),
  ];
  const failures = await Promise.all(
    asked.map((promise) =>
      promise.then(
        () => assert.fail("it was accepted"),
        (error) => error as Failure,
      ),
    ),
  );
  await until(() => died, "the news of its end");
  template.close();
  return failures;
}

suite("a wrong runtime", () => {
  forbidLeaks();

  const missing = path.join(folder, "missing");
  for (const [what, runtime, why] of [
    ["does not exist", missing, /ENOENT/],
    ["is a folder", folder, /EACCES/],
    ["is not executable", script("not executable", "true", 0o644), /EACCES/],
    ["is in no folder", path.join(script("a file", "true"), "node"), /ENOTDIR/],
  ] as const)
    test(`a runtime that ${what} is told`, async () => {
      for (const { code, message } of await failuresOf({ runtime })) {
        assert.equal(code, "ERR_FORK_RUNTIME", message);
        assert.ok(message.includes(runtime), message);
        assert.match(message, why);
      }
    });

  for (const [runtime, exitCode] of [
    ["/bin/true", 0],
    ["/bin/false", 1],
    ["/bin/cat", 1],
  ] as const)
    test(`a runtime that is no Node is told: ${runtime}`, async () => {
      for (const { code, message } of await failuresOf({ runtime })) {
        assert.equal(code, "ERR_FORK_RUNTIME", message);
        assert.ok(message.includes(`'${runtime}'`) && message.includes(`exited with code ${exitCode}`), message);
      }
    });

  test("a runtime that is a Node without the flags it is given is told", async () => {
    for (const { code, message } of await failuresOf({ runtime: process.execPath, execArgv: ["--no-such-flag"] })) {
      assert.equal(code, "ERR_FORK_RUNTIME", message);
      assert.match(message, /exited with code 9/);
    }
  });

  for (const [what, code] of Object.entries(SCRIPTS))
    test(`a runtime that ${what} is told`, async () => {
      for (const failure of await failuresOf({ runtime: script(what, code) }))
        assert.equal(failure.code, "ERR_FORK_RUNTIME", failure.message);
    });

  test("a runtime that hangs is given up after `startTimeoutMs`", async () => {
    const runtime = script("hangs", "exec sleep 30");
    for (const { code, message } of await failuresOf({ runtime, startTimeoutMs: 200 })) {
      assert.equal(code, "ERR_FORK_RUNTIME", message);
      assert.match(message, /said nothing for 200 ms/);
    }
  });

  test("a runtime that hangs ends with close()", async () => {
    const proc = ForkProcess.fresh({ runtime: script("hangs on", "exec sleep 30") });
    const ready = proc.ready();
    proc.close();
    await assert.rejects(ready, { code: "ERR_FORK_CLOSED" });
  });
});
