/** Every path that a document or a comment names is in the tree. */
import assert from "node:assert/strict";
import path from "node:path";
import { suite, test } from "node:test";
import { isInProject, projectFiles, readProjectFile } from "../../support/documents.js";

const DOCUMENTS = /\.md$/;
const SOURCES = /\.(ts|cts|mts|mjs|cjs|c|cc|h)$/;
/** History names what was there then. */
const HISTORY = /^CHANGELOG\.md$/;
/** Paths are made up in fixtures, and in the programs of tests. */
const MADE_UP = /^test\//;

const NAMED_PATH = /(?<![\w/.@:-])(?:main|helper|native|renderer-demo|test|docs|examples)\/[\w.-]+(?:\/[\w.-]+)*/g;
/** These are made by a build. */
const BUILT = /^native\/(build|prebuilds)/;
/** Files without their folder, where no example can be meant. */
const NAMED_SOURCE = /(?<![\w/.*-])[\w-]+\.(?:cts|cc|c|h)\b/g;
const LINK = /\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=\s|^)\/\/.*$/gm;

const files = projectFiles();
const basenames = new Set(files.map((file) => path.basename(file)));

function isThere(name: string): boolean {
  const clean = name.replace(/[.]+$/, "");
  return [clean, clean.replace(/\.(c|m)?js$/, ".$1ts")].some(isInProject);
}

function namesIn(file: string): string[] {
  const text = readProjectFile(file);
  if (!DOCUMENTS.test(file)) return [...text.matchAll(COMMENT)].flatMap(([comment]) => comment.match(NAMED_PATH) ?? []);
  const links = [...text.matchAll(LINK)].map(([, link = ""]) => path.join(path.dirname(file), link));
  return [...(text.match(NAMED_PATH) ?? []), ...links];
}

suite("paths that documents and comments name", () => {
  for (const file of files) {
    if (HISTORY.test(file) || MADE_UP.test(file) || !(DOCUMENTS.test(file) || SOURCES.test(file))) continue;
    const names = namesIn(file);
    if (names.length > 0)
      test(`${file} names files that exist`, () => {
        assert.deepEqual(
          names.filter((name) => !BUILT.test(name) && !isThere(name)),
          [],
        );
      });
  }

  for (const file of files.filter((name) => /^(ARCHITECTURE\.md|docs\/design\/)/.test(name)))
    test(`${file} names sources that exist`, () => {
      const names = readProjectFile(file).match(NAMED_SOURCE) ?? [];
      assert.deepEqual(
        names.filter((name) => !basenames.has(name)),
        [],
      );
    });
});
