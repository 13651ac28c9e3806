/** docs/errors.md and main/base/errors.ts say the same. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { readProjectFile, tableRows } from "../../support/documents.js";

/** Each code of the type with the TSDoc above it. */
function codesInSource(): Map<string, string> {
  const [, union = ""] = /export type ForkErrorCode =\n(.*?" *);/s.exec(readProjectFile("main/base/errors.ts")) ?? [];
  return new Map(
    [...union.matchAll(/\/\*\* (.*?) \*\/\s*\| "(\w+)"/gs)].map(([, text = "", code = ""]) => [code, text]),
  );
}

function codesInDocument(): Map<string, string> {
  const rows = tableRows(readProjectFile("docs/errors.md").replace("# Error codes", "## Error codes"), "Error codes");
  return new Map(rows.map(([code = "", when = ""]) => [code.replaceAll("`", ""), when]));
}

test("every error code is documented with the words of its TSDoc, and no other is", () => {
  const source = codesInSource();
  assert.ok(source.size > 10, "the source was not understood");
  assert.deepEqual([...codesInDocument()].sort(), [...source].sort());
});

test("no other code is in the sources", () => {
  const files = ["main", "helper"].flatMap((folder) =>
    readdirSync(new URL(`../../../../${folder}`, import.meta.url), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.c?ts$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  const used = new Set(files.flatMap((file) => readProjectFile(file).match(/\bERR_FORK_[A-Z_]+\b/g) ?? []));
  assert.deepEqual([...used].sort(), [...codesInSource().keys()].sort());
});

test("every error code says what to do, each in its own words or by way of its cause", () => {
  for (const row of tableRows(readProjectFile("docs/errors.md").replace("# Error", "## Error"), "Error codes"))
    assert.ok((row[2] ?? "").length > 5, `${row[0]} has no remedy`);
});
