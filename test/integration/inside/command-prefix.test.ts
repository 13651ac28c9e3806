/** DESKTOP_FORK_CMD_PREFIX: a program in front of the runtimes. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, test } from "node:test";
import { fixturePath } from "../../support/fixtures.js";
import { runProgram } from "../../support/program.js";
import { temporaryFile } from "../../support/temporary.js";

const PROGRAM = "../inside/prefix.mjs";

async function told(env: Record<string, string>): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runProgram(PROGRAM, { env });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

suite("DESKTOP_FORK_CMD_PREFIX", () => {
  test("executes the runtimes of templates and fresh processes, in words as a shell has them", async () => {
    const plain = await told({});
    const marked = { mark: "two words", preload: "none", isKnown: true };
    assert.deepEqual(await told({ DESKTOP_FORK_CMD_PREFIX: "/usr/bin/env  PREFIX_MARK='two words'" }), {
      fork: marked,
      fresh: marked,
      strategy: plain["strategy"],
    });
  });

  test("is searched in PATH, and serves without the addon too", async () => {
    const { fork } = await told({ DESKTOP_FORK_CMD_PREFIX: "env PREFIX_MARK=plain", DESKTOP_FORK_NO_ADDON: "1" });
    assert.deepEqual(fork, { mark: "plain", preload: "none", isKnown: true });
  });

  test("may stay in front of the runtime as its parent; the fork guard is not preloaded into it", async (context) => {
    const record = temporaryFile(context);
    const plain = await told({});
    const prefixed = await told({ DESKTOP_FORK_CMD_PREFIX: fixturePath("../inside/recorder.sh"), RECORD: record });
    assert.deepEqual([prefixed["strategy"], (prefixed["fork"] as { mark: string }).mark], [plain["strategy"], "none"]);
    const lines = fs.readFileSync(record, "utf8").split("\n");
    assert.deepEqual(
      lines.filter((line) => line.startsWith("preload ")),
      ["preload none", "preload none"],
    );
    assert.equal(lines.filter((line) => line === `word ${process.execPath}`).length, 2);
  });

  test("is named when it can't be executed", async () => {
    const { code, stderr } = await runProgram(PROGRAM, { env: { DESKTOP_FORK_CMD_PREFIX: "no-such-tracer --all" } });
    assert.equal(code, 1);
    assert.match(stderr, /ERR_FORK_RUNTIME/);
    assert.match(stderr, /the runtime 'no-such-tracer --all .+' could not be started/);
  });
});
