/** Many programs at once, and too few descriptors for them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { spawn } from "../../../main/index.js";
import { defaultTemplatePid } from "../../support/default-template.js";
import { forbidLeaks } from "../../support/leaks.js";
import { runProgram } from "../../support/program.js";

const PROGRAMS = 500;

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skip = isInstalled("prlimit") ? false : "prlimit is not installed";

describe("spawn() of many programs", () => {
  forbidLeaks();

  it("500 at once: all output and every code arrives", async () => {
    const ends = Array.from({ length: PROGRAMS }, async (_, i) => {
      const program = spawn("sh", ["-c", `echo ${i}; exit ${i % 100}`], { stdio: ["pipe", "pipe", "pipe"] });
      const [said, ended] = await Promise.all([text(program.stdout), once(program, "close")]);
      return [said, ...ended];
    });
    const expected = Array.from({ length: PROGRAMS }, (_, i) => [`${i}\n`, i % 100, null]);
    assert.deepEqual(await Promise.all(ends), expected);
  });

  it("with too few descriptors in the parent some fail with EMFILE, the others run, and later ones too", {
    skip,
  }, async () => {
    const { code, stdout, stderr } = await runProgram("../spawn/crowd.mjs", {
      args: ["200"],
      under: ["prlimit", "--nofile=120:120"],
    });
    assert.deepEqual([code, stderr], [0, ""]);
    const { ran, failed, later } = JSON.parse(stdout);
    assert.equal(ran + failed.EMFILE, 200, stdout);
    assert.ok(ran > 10 && failed.EMFILE > 10, stdout);
    assert.deepEqual(later, [3, null]);
  });

  it("with too few descriptors in the template a program fails with EMFILE, and the next one runs", {
    skip,
  }, async () => {
    await once(spawn("true"), "close");
    const template = defaultTemplatePid();
    const limit = Math.max(...openIn(template)) + 8;
    execFileSync("prlimit", ["--pid", String(template), `--nofile=${limit}:${limit}`]);
    const greedy = spawn("true", { stdio: Array.from({ length: 40 }, () => "pipe" as const) });
    const [error] = await once(greedy, "error");
    assert.deepEqual([error.code, error.syscall], ["EMFILE", "spawn true"]);
    assert.deepEqual(await once(spawn("sh", ["-c", "exit 6"]), "exit"), [6, null]);
    assert.equal(defaultTemplatePid(), template);
  });
});

function openIn(pid: number): number[] {
  return execFileSync("ls", [`/proc/${pid}/fd`], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map(Number);
}
