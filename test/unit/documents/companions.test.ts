/** docs/rpc.md and docs/pool.md have every row of AnyEvent::Fork's companions, and every test that they name exists. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { namedTests, readProjectFile, testSources } from "../../support/documents.js";

/** How many rows each part of the originals' lists has. */
const DOCUMENTS = {
  "docs/rpc.md": { R: 23, RS: 6, RA: 11, RC: 5 },
  "docs/pool.md": { PL: 20 },
};

for (const [name, rows] of Object.entries(DOCUMENTS))
  suite(name, () => {
    const document = readProjectFile(name);

    test("has every row of the original", () => {
      for (const [letters, count] of Object.entries(rows))
        for (let number = 1; number <= count; number++)
          assert.match(document, new RegExp(`^\\| ${letters}${number} \\|`, "m"), `row ${letters}${number}`);
    });

    test("names tests that exist", () => {
      const tests = testSources("documents/companions.test.ts");
      const names = namedTests(document);
      assert.ok(names.length >= 20, `only ${names.length} tests are named`);
      for (const name of names) assert.ok(tests.includes(name), `there is no test '${name}'`);
    });
  });
