/** Programs of one file: as a script, bundled together with the library, and as a single executable. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { PATIENCE_MS } from "../../support/patience.js";
import { bundle, copyNativeFiles, makeExecutable, makeFolder, programPath } from "../../support/single-file.js";

const run = promisify(execFile);

const GREETED = {
  program: { text: "hello a b, program", code: 0 },
  empty: { text: "from an empty one", code: 0 },
  strategy: "fork",
};

/** Without anything that could be found: no `node`, no packages. */
const BARE = { PATH: "/nonexistent" };

async function told(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<unknown> {
  const { stdout, stderr } = await run(file, args, { env, timeout: PATIENCE_MS });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

suite("single-file programs", () => {
  for (const name of ["program.mjs", "program.cjs"])
    test(`${name}: worker functions are those of the program itself`, async () => {
      assert.deepEqual(await told(process.execPath, [programPath(name), "a", "b"]), GREETED);
    });

  test("a worker's strategy may be exec: the program runs again for each", async () => {
    const env = { ...process.env, DESKTOP_FORK_STRATEGY: "exec" };
    const { strategy, program } = (await told(
      process.execPath,
      [programPath("program.mjs"), "a", "b"],
      env,
    )) as typeof GREETED;
    assert.deepEqual({ strategy, program }, { strategy: "exec", program: GREETED.program });
  });

  for (const format of ["esm", "cjs"] as const)
    test(`bundled with esbuild as ${format}, away from every package`, async (t) => {
      const folder = makeFolder(t);
      const file = await bundle(format === "esm" ? "program.mjs" : "program.cjs", format, folder);
      copyNativeFiles(folder);
      assert.deepEqual(await told(process.execPath, [file, "a", "b"], BARE), GREETED);
    });

  test("bundled, without the addon beside it: the same by exec", async (t) => {
    const file = await bundle("program.cjs", "cjs", makeFolder(t));
    const { strategy, program, empty } = (await told(process.execPath, [file, "a", "b"], BARE)) as typeof GREETED;
    assert.deepEqual({ strategy, program, empty }, { ...GREETED, strategy: "exec" });
  });

  test("as a single executable, on a machine without Node", async (t) => {
    const folder = makeFolder(t);
    const executable = makeExecutable(await bundle("program.cjs", "cjs", folder), folder);
    const before = leftInTemporaryFolder();
    assert.deepEqual(await told(executable, ["a", "b"], BARE), GREETED);
    assert.deepEqual(leftInTemporaryFolder(), before);
  });

  test("a program that does not come to Template.ofProgram() again is told, and starts nothing else", async () => {
    const { stdout, stderr } = await run(process.execPath, [programPath("never-arrives.mjs")], {
      timeout: PATIENCE_MS,
    });
    assert.match(stdout, /"ERR_FORK_RUNTIME".*exited with code 0 before it answered/);
    assert.equal(
      stderr,
      "ERR_FORK_UNSUPPORTED\ndesktop-fork: the program ended before it came to Template.ofProgram()\n",
    );
  });
});

function leftInTemporaryFolder(): string[] {
  return fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith("desktop-fork-assets-"));
}
