/** Starting programs one after the other, to see what each start costs this process's event loop. */
import childProcess, { type ChildProcess } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { spawn } from "desktop-fork";
import type { Fields } from "../../contract/commands.js";
import type { ProgramsDone } from "../../contract/events.js";

const PROGRAM = "/bin/true";

const START: Record<ProgramsDone["by"], () => ChildProcess> = {
  "desktop-fork": () => spawn(PROGRAM, [], { stdio: "ignore" }),
  child_process: () => childProcess.spawn(PROGRAM, [], { stdio: "ignore" }),
};

export async function startPrograms({ by, count }: Fields<"programs">): Promise<ProgramsDone> {
  const start = START[by];
  const begun = performance.now();
  const ends: Promise<boolean>[] = [];
  let longest = 0;
  let total = 0;
  for (let number = 0; number < count; number++) {
    const before = performance.now();
    ends.push(successOf(start));
    const heldUp = performance.now() - before;
    longest = Math.max(longest, heldUp);
    total += heldUp;
    await nextTurn();
  }
  const failed = (await Promise.all(ends)).filter((succeeded) => !succeeded).length;
  const tookMs = performance.now() - begun;
  return { name: "programs", by, count, failed, tookMs, longestHoldUpMs: longest, holdUpMs: total };
}

function successOf(start: () => ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const child = start();
      child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
    } catch {
      resolve(false);
    }
  });
}
