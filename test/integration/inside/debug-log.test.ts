/** NODE_DEBUG=desktop-fork: what passes between the processes, and what becomes of them. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Ending, runProgram } from "../../support/program.js";

const PROGRAM = "../inside/one-worker.mjs";
const LINE = /^DESKTOP-FORK (\d+): \d\d:\d\d:\d\d\.\d{3}Z (.+)$/;

type Pids = Record<"program" | "template" | "worker", number> & { way: string };

/** Pids by their part, so that lines of two runs are alike. */
function linesOf({ code, stdout, stderr }: Ending): { pids: Pids; said: string[] } {
  assert.equal(code, 0, stderr);
  const pids = JSON.parse(stdout) as Pids;
  const named = (text: string) =>
    text.replace(/\b\d{2,}\b/g, (number) => {
      return Object.entries(pids).find(([, pid]) => String(pid) === number)?.[0] ?? number;
    });
  const lines = stderr.trimEnd().split("\n");
  for (const line of lines) assert.match(line, LINE);
  return { pids, said: lines.map((line) => line.replace(LINE, (_, pid, text) => `${named(pid)} ${named(text)}`)) };
}

suite("NODE_DEBUG=desktop-fork", () => {
  for (const strategy of ["fork", "exec"])
    test(`prints every message and change of state at both ends, with the strategy ${strategy}`, async () => {
      const env = { NODE_DEBUG: "desktop-fork", DESKTOP_FORK_STRATEGY: strategy };
      const { pids, said } = linesOf(await runProgram(PROGRAM, { env }));
      const expected = [
        /^program to \(new\): Start #0, \d+ bytes$/,
        /^template from parent: Start #0, \d+ bytes$/,
        /^template to parent: Hello #0, \d+ bytes$/,
        /^program from template: Hello #0, \d+ bytes$/,
        /^program process template: Idle Silent, on Hello: Idle Alive$/,
        /^worker from parent: Arguments #\d+, 16 bytes$/,
        /^worker from parent: Run #\d+, \d+ bytes/,
        /^worker runs what it was given$/,
        /^program from worker: Done #\d+, 0 bytes$/,
        /^program process worker: Entering Alive, on Enter: Running Alive$/,
        /^worker to parent: Leaving #0, 1 bytes$/,
        /^program process worker: .+, on Exit: \w+ Ended$/,
      ];
      if (pids.way === "fork")
        expected.push(
          /^program to template: Fork #\d+, \d+ bytes, handles: 1$/,
          /^template to parent: Forked #\d+, \d+ bytes, handles: 1$/,
          /^worker is a fork of template$/,
        );
      for (const line of expected)
        assert.ok(
          said.some((text) => line.test(text)),
          `${line} in:\n${said.join("\n")}`,
        );
    });

  test("never prints what a message carries", async () => {
    const { stderr } = await runProgram(PROGRAM, { env: { NODE_DEBUG: "desktop-fork" } });
    assert.match(stderr, /Arguments/);
    assert.doesNotMatch(stderr, /hunter2/);
  });

  test("prints nothing when it is not set", async () => {
    const { stderr } = await runProgram(PROGRAM, { env: { NODE_DEBUG: undefined } });
    assert.equal(stderr, "");
  });
});
