import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { makeColdLibrary } from "../../support/cold-library.js";
import { temporaryFolder } from "../../support/temporary.js";

/** `npm run test:cold` runs the whole contract. */
const SHORT = ["integration/pool/spares", "integration/template/spares", "integration/fork/nesting"];

suite("a library without any warm-up", () => {
  for (const name of SHORT)
    test(`passes ${name}`, async (context) => {
      const tests = makeColdLibrary(temporaryFolder(context));
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const run = promisify(execFile)(process.execPath, ["--test", path.join(tests, `${name}.test.js`)], { env });
      await run.catch(({ stdout }) => assert.fail(stdout));
    });
});
