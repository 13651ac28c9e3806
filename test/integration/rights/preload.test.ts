/** What is preloaded into a runtime is nothing for the programs that it starts, whether it could be loaded or not. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { bundle, copyNativeFiles, makeFolder } from "../../support/single-file.js";

const PATIENCE_MS = 60_000;
/** One that every C library of this kind has. */
const OTHERS = "libanl.so.1";

suite("the guard's entry in LD_PRELOAD", () => {
  // The dynamic linker splits its list at spaces and at colons.
  for (const [name, strategy] of Object.entries({ folder: "fork", "a folder": "exec", "the:folder": "exec" }))
    for (const others of [undefined, OTHERS])
      test(`is gone in workers below '${name}', ${others === undefined ? "as is the list" : "and others stay"}`, async (t) => {
        const folder = path.join(makeFolder(t), name);
        fs.mkdirSync(folder);
        const file = await bundle("preloaded.cjs", "cjs", folder);
        copyNativeFiles(folder);
        const env = { ...process.env, LD_PRELOAD: others };
        const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: PATIENCE_MS });
        assert.deepEqual(JSON.parse(stdout), { strategy, preloaded: others ?? "nothing" });
      });
});
