/** Programs whose template dies: none is lost, and none is started twice. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { spawn } from "../../../main/index.js";
import { closed } from "../../support/closed.js";
import { defaultTemplatePid } from "../../support/default-template.js";
import { forbidLeaks } from "../../support/leaks.js";
import { processes } from "../../support/processes.js";
import { until } from "../../support/until.js";

/** Started by the template that lives now. */
async function running(script: string): Promise<ChildProcess> {
  const program = spawn("sh", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
  await once(program, "spawn");
  return program;
}

async function killTemplate(): Promise<void> {
  const pid = defaultTemplatePid();
  process.kill(pid, "SIGKILL");
  await until(() => !processes().some((entry) => entry.pid === pid), "this program's notice of the template's end");
}

describe("spawn() when the template dies", () => {
  forbidLeaks();

  it("a program lives on; its end is still reported, its code is unknown", async () => {
    const program = await running("read line; echo got $line; exit 5");
    await killTemplate();
    program.stdin?.end("it\n");
    const [said, ended, closed] = await Promise.all([
      text(program.stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>),
      once(program, "exit"),
      once(program, "close"),
    ]);
    assert.deepEqual([said, ended, closed], ["got it\n", [null, null], [null, null]]);
    assert.deepEqual([program.exitCode, program.signalCode], [null, null]);
  });

  it("a program can still be killed", async () => {
    const program = await running("exec sleep 60");
    await killTemplate();
    assert.equal(program.kill("SIGKILL"), true);
    assert.deepEqual(await once(program, "exit"), [null, null]);
    assert.equal(program.kill(), false);
  });

  it("the end of a program that its template had not noticed yet is reported", async () => {
    const program = await running("read line");
    const template = defaultTemplatePid();
    process.kill(template, "SIGSTOP");
    program.stdin?.end("\n");
    await until(() => processes().find(({ pid }) => pid === program.pid)?.state === "Z", "a zombie");
    const ended = once(program, "exit");
    process.kill(template, "SIGKILL");
    assert.deepEqual(await ended, [null, null]);
  });

  it("a program that was asked of a dead template without an answer is an error", async () => {
    await once(spawn("true"), "close");
    const template = defaultTemplatePid();
    process.kill(template, "SIGSTOP");
    const program = spawn("true");
    const failed = once(program, "error");
    const end = closed(program);
    process.kill(template, "SIGKILL");
    const [error] = await failed;
    assert.equal(error.code, "ERR_FORK_DIED");
    assert.equal(error.signal, "SIGKILL");
    assert.deepEqual(await end, [null, null]);
    assert.equal(program.pid, undefined);
  });

  it("the next program is started by another template", async () => {
    await once(spawn("true"), "close");
    await killTemplate();
    assert.deepEqual(await once(spawn("sh", ["-c", "exit 4"]), "exit"), [4, null]);
  });

  it("each of many programs was started once or not at all, and says which, whenever the template is killed", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "spawn-"));
    for (let killedAfter = 0; killedAfter < PROGRAMS; killedAfter += 3) await surviveKill(folder, killedAfter);
    // One that was started as the template died, which nobody knows of, may still write its file.
    await until(() => isRemoved(folder), "the last program that writes there");
  });
});

const PROGRAMS = 20;

function isRemoved(folder: string): boolean {
  try {
    fs.rmSync(folder, { recursive: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
    return false;
  }
}

async function surviveKill(folder: string, killedAfter: number): Promise<void> {
  await once(spawn("true"), "close");
  const template = defaultTemplatePid();
  let spawned = 0;
  const ends = Array.from({ length: PROGRAMS }, (_, i) => {
    const file = path.join(folder, `${killedAfter}-${i}`);
    const program = spawn("sh", ["-c", 'echo ran >> "$0"', file], { stdio: "ignore" });
    const events: string[] = [];
    for (const event of ["spawn", "error", "exit"])
      program.on(event, () => {
        events.push(event);
        if (event === "spawn" && ++spawned === killedAfter) process.kill(template, "SIGKILL");
      });
    return closed(program).then(() => ({ file, events: events.join(" ") }));
  });
  if (killedAfter === 0) process.kill(template, "SIGKILL");
  for (const { file, events } of await Promise.all(ends)) {
    assert.ok(["spawn exit", "error"].includes(events), `the events were: ${events}`);
    const times = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    if (events === "error") assert.ok(times === "" || times === "ran\n", "it ran twice");
    else assert.equal(times, "ran\n");
  }
}
