/** docs/from-anyevent-fork.md has every row, and every test that it names exists. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { namedTests, testSources } from "../../support/documents.js";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const document = fs.readFileSync(path.join(ROOT, "docs/from-anyevent-fork.md"), "utf8");

/** How many rows each part of the original's list has. */
const ROWS = { M: 13, W: 11, C: 11, P: 29, S: 11, E: 9, T: 9, F: 11, L: 10, N: 5, Z: 4, G: 2, X: 1 };

test("every row of the original is there", () => {
  for (const [letter, count] of Object.entries(ROWS))
    for (let number = 1; number <= count; number++)
      assert.match(document, new RegExp(`^\\| ${letter}${number} \\|`, "m"), `row ${letter}${number}`);
  for (let number = 1; number <= 17; number++) assert.match(document, new RegExp(`^\\| fault ${number} \\|`, "m"));
});

test("every test that it names exists", () => {
  const tests = testSources("documents/anyevent.test.ts");
  const names = namedTests(document);
  assert.ok(names.length > 100, `only ${names.length} tests are named`);
  for (const name of names) assert.ok(tests.includes(name), `there is no test '${name}'`);
});

test("every example that it names exists", () => {
  for (const [, file] of document.matchAll(/\]\(\.\.\/(examples\/[^)]+)\)/g))
    assert.ok(fs.existsSync(path.join(ROOT, file as string)), file);
});
