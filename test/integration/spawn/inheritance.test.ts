/** What a program is born with is its parent's, and nothing of the template's: no guard, no variable of ours. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { runProgram } from "../../support/program.js";

interface Facts {
  environment: string[];
  libraries: string[];
}

/** One that every C library of this kind has, and that neither Node nor `cat` loads by itself. */
function someLibrary(): string {
  const libc = /\S+\/libc\.so\.6$/m.exec(fs.readFileSync("/proc/self/maps", "utf8"))?.[0] as string;
  return path.join(path.dirname(libc), "libanl.so.1");
}

async function inheritance(preload?: string): Promise<Record<"theirs" | "spawned" | "became", Facts>> {
  const { stdout, stderr } = await runProgram("../spawn/inheritance.mjs", { env: { LD_PRELOAD: preload } });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

const OURS = /^(DESKTOP_FORK_\w+|LD_PRELOAD)=/;

describe("what a spawned program is born with", () => {
  it("programs inherit neither the fork guard nor a variable of ours", async () => {
    const { theirs, spawned, became } = await inheritance();
    for (const { environment, libraries } of [spawned, became]) {
      assert.deepEqual(libraries, theirs.libraries);
      assert.deepEqual(
        environment.filter((entry) => OURS.test(entry)),
        [],
      );
    }
    assert.deepEqual(spawned.environment, theirs.environment);
  });

  it("programs inherit a preloaded library of the parent's own", async () => {
    const library = someLibrary();
    const { theirs, spawned, became } = await inheritance(library);
    for (const { environment, libraries } of [theirs, spawned, became]) {
      assert.ok(libraries.includes(fs.realpathSync(library)), libraries.join());
      assert.deepEqual(
        environment.filter((entry) => OURS.test(entry)),
        [`LD_PRELOAD=${library}`],
      );
      assert.deepEqual(libraries, theirs.libraries);
    }
    assert.deepEqual(spawned.environment, theirs.environment);
  });
});
