/** The README of desktop-fork-thumbnails and its source tell of the same errors and exit codes. */
import assert from "node:assert/strict";
import test from "node:test";
import { readProjectFile, tableRows } from "../../support/documents.js";
import { codesInDocument, codesInSource } from "../../support/error-codes.js";

const FOLDER = "renderer-demo/thumbnails";

test("every error code of the thumbnailer is in its README with the words of its TSDoc and a remedy", () => {
  const source = codesInSource(`${FOLDER}/src/errors.ts`, "ThumbnailErrorCode");
  const documented = codesInDocument(`${FOLDER}/README.md`);
  assert.ok(source.size > 2, "the source was not understood");
  assert.deepEqual(documented.map(({ code, when }) => [code, when]).sort(), [...source].sort());
  for (const { code, remedy } of documented) assert.ok(remedy.length > 5, `${code} has no remedy`);
});

test("the README of the thumbnailer has every exit code of its source", () => {
  const source = readProjectFile(`${FOLDER}/src/cli/exit-code.ts`);
  const codes = [...source.matchAll(/ = (\d+),$/gm)].map(([, code]) => code);
  assert.ok(codes.length > 5, "the source was not understood");
  const documented = tableRows(readProjectFile(`${FOLDER}/README.md`), "Exit codes").map(([code = ""]) => code);
  assert.deepEqual(documented, codes);
});

test("no other package has the thumbnailer's error codes", () => {
  assert.doesNotMatch(readProjectFile("main/base/errors.ts") + readProjectFile("docs/errors.md"), /thumbnail/i);
});
