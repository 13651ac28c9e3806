/** docs/environment.md has every variable of ours, and no other. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readProjectFile } from "../../support/documents.js";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const VARIABLE = "DESKTOP_FORK_[A-Z][A-Z_]*";
/** Include guards of C, a name of an async resource, and what only tests set for themselves. */
const NONE = /^DESKTOP_FORK_(GUARD_\w+|PROGRAM|TEST_ENTRY)$/;

/** Where a variable of that name is found, by git, with the files that hold it. */
function found(): Map<string, string[]> {
  const places = ["main", "helper", "native", "renderer-demo", "test", "docs", "*.md"];
  const lines = execFileSync("git", ["grep", "-oE", VARIABLE, "--", ...places], { cwd: ROOT, encoding: "utf8" });
  const files = new Map<string, string[]>();
  for (const line of lines.trim().split("\n")) {
    const [file = "", name = ""] = line.split(":");
    if (!NONE.test(name)) files.set(name, [...(files.get(name) ?? []), file]);
  }
  return files;
}

suite("docs/environment.md", () => {
  const documented = [...readProjectFile("docs/environment.md").matchAll(/^\| (.*?) \|/gm)].flatMap(
    ([, cell = ""]) => cell.match(new RegExp(VARIABLE, "g")) ?? [],
  );

  test("has every variable that is named anywhere", () => {
    assert.deepEqual([...new Set(documented)].sort(), [...found().keys()].sort());
  });
});
