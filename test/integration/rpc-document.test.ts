/** The examples of docs/rpc.md print what is said below them. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readProjectFile } from "../support/documents.js";
import { runProgram } from "../support/program.js";

/** This file runs from dist/test/integration. */
const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));
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

/** Writes all files; the output that follows belongs to the last of them that imports the library's main entry. */
function writeExamples(folder: string, blocks: readonly Block[]): Example[] {
  const examples: Example[] = [];
  let program = "";
  for (const { language, content } of blocks) {
    if (language === "text") examples.push({ program, output: content });
    const name = NAME.exec(content)?.[1];
    if (language !== "js" || name === undefined) continue;
    fs.writeFileSync(path.join(folder, name), content);
    if (content.includes('from "desktop-fork"')) program = name;
  }
  return examples;
}

suite("docs/rpc.md", () => {
  const folder = fs.mkdtempSync(path.join(PROJECT, "dist", "test", "rpc-document-"));
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

  for (const { program, output } of writeExamples(folder, blocksOf(readProjectFile("docs/rpc.md"))))
    test(program, async () => {
      const { code, stdout, stderr } = await runProgram(path.join(folder, program));
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: output, stderr: "" });
    });
});
