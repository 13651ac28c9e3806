/** The examples of the documents print what is said below them. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readProjectFile } from "../../support/documents.js";
import { runProgram } from "../../support/program.js";

/** This file runs from dist/test/integration. */
const PROJECT = fileURLToPath(new URL("../../../..", import.meta.url));
/** What a program imports, and a worker does not. */
const PROGRAM = /from "desktop-fork(\/pool)?"/;
const NAME = /^\/\/ (\S+\.mjs)\n/;

interface Example {
  program: string;
  output: string;
}

interface Block {
  language: string;
  content: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, content]) => ({
    language: language as string,
    content: content as string,
  }));
}

/** Writes all files; the output that follows belongs to the last of them that is no worker's. */
function writeExamples(folder: string, blocks: readonly Block[]): Example[] {
  const examples: Example[] = [];
  let program = "";
  for (const { language, content } of blocks) {
    if (language === "text") examples.push({ program, output: content });
    const name = NAME.exec(content)?.[1];
    if (language !== "js" || name === undefined) continue;
    fs.writeFileSync(path.join(folder, name), content);
    if (PROGRAM.test(content)) program = name;
  }
  return examples;
}

for (const document of ["README.md", "docs/rpc.md", "docs/pool.md"])
  suite(document, () => {
    const folder = fs.mkdtempSync(path.join(PROJECT, "dist", "test", "document-"));
    process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
    const examples = writeExamples(folder, blocksOf(readProjectFile(document)));

    test("a document has examples", () => assert.ok(examples.length >= 2));

    for (const { program, output } of examples)
      test(program, async () => {
        const { code, stdout, stderr } = await runProgram(path.join(folder, program));
        assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: output, stderr: "" });
      });
  });
