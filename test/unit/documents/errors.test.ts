/** docs/errors.md and main/base/errors.ts say the same. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { readProjectFile } from "../../support/documents.js";
import { codesInDocument, codesInSource } from "../../support/error-codes.js";

const source = codesInSource("main/base/errors.ts", "ForkErrorCode");
const documented = codesInDocument("docs/errors.md");

test("every error code is documented with the words of its TSDoc, and no other is", () => {
  assert.ok(source.size > 10, "the source was not understood");
  assert.deepEqual(documented.map(({ code, when }) => [code, when]).sort(), [...source].sort());
});

test("no other code is in the sources", () => {
  const files = ["main", "helper"].flatMap((folder) =>
    readdirSync(new URL(`../../../../${folder}`, import.meta.url), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.c?ts$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  const used = new Set(files.flatMap((file) => readProjectFile(file).match(/\bERR_FORK_[A-Z_]+\b/g) ?? []));
  assert.deepEqual([...used].sort(), [...source.keys()].sort());
});

test("every error code says what to do, each in its own words or by way of its cause", () => {
  for (const { code, remedy } of documented) assert.ok(remedy.length > 5, `${code} has no remedy`);
});
