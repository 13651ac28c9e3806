/** The programs under examples/: each says what it is there to show. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PATIENCE_MS } from "../../support/patience.js";

const EXAMPLES = fileURLToPath(new URL("../../../../examples/", import.meta.url));
const MAX_LINES = 40;

const SAYS: Record<string, string | RegExp> = {
  "synopsis.mjs": "hello, world\nended with { code: 0, signal: null }\n",
  "one-process.mjs": "twice 1 is 2\ntwice 21 is 42\ntwice 500 is 1000\nexit code 0\n",
  "server-pool.mjs": /^20 answers\n\[(\s*'SIGTERM',?){10}\s*\]\n$/,
  "faster-fork-exec.mjs": "stderr: complaint\nfile: result\nexit code: 3\n",
  "code-in-the-program.mjs": "6 words, 2e9d72a7\n",
  "standalone.mjs": "10 workers answered\n",
  "three-patterns.mjs": /^hello, one-off\n(hello, (first|second|third)\n){3}hello, fresh\n$/,
  "order.mjs": "str1 fd str3 str4\nstr1 fd str2\n",
  "processes-per-second.mjs": /^ForkProcess.fork\(\) +\d+ per second\n.*fresh.*\n.*child_process.*\n$/,
};

suite("examples", { concurrency: 2 }, () => {
  for (const [name, says] of Object.entries(SAYS))
    test(name, async () => {
      const args = name === "processes-per-second.mjs" ? ["0.2"] : [];
      const options = { timeout: PATIENCE_MS };
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        [path.join(EXAMPLES, name), ...args],
        options,
      );
      assert.equal(stderr, "");
      if (typeof says === "string") assert.equal(stdout, says);
      else assert.match(stdout, says);
    });

  test(`examples are short: no file has more than ${MAX_LINES} lines`, () => {
    for (const name of fs.readdirSync(EXAMPLES)) {
      const lines = fs.readFileSync(path.join(EXAMPLES, name), "utf8").split("\n").length;
      assert.ok(lines <= MAX_LINES, `${name} has ${lines}`);
    }
  });
});
