/** Code that V8 has kept is used for the very source that it was made of, and for no other. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../support/temporary.js";

const CACHED_CODE = fileURLToPath(new URL("../../../helper/cached-code.cjs", import.meta.url));

const PROGRAM = `
const { isCodeUsed, keepCode, loadWithCode } = require(${JSON.stringify(CACHED_CODE)});
const [, file, keep] = process.argv;
const { tell } = loadWithCode(file, require);
const said = tell();
if (keep === "keep") keepCode();
console.log(JSON.stringify({ said, used: isCodeUsed() }));
`;

const SOURCE = `
const path = require("node:path");
exports.tell = () => [1, 2, 3].map((each) => each * 2).join(" ") + " " + path.basename(__filename);
`;

interface Told {
  said: string;
  used: boolean;
}

/** In a process of its own: V8 keeps what it has compiled in memory, too. */
function load(file: string, { keep = false, flags = [] as string[] } = {}): Told {
  const args = [...flags, "-e", PROGRAM, file, ...(keep ? ["keep"] : [])];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Told;
}

function codeIn(folder: string): string {
  const [file] = fs.readdirSync(folder).filter((name) => name.endsWith(".code"));
  assert.ok(file);
  return path.join(folder, file);
}

suite("kept code", () => {
  const said = "2 4 6 module.cjs";

  /** @returns path of a module whose code is kept */
  function keptModule(scope: Parameters<typeof temporaryFolder>[0]): string {
    const file = path.join(temporaryFolder(scope), "module.cjs");
    fs.writeFileSync(file, SOURCE);
    assert.deepEqual(load(file, { keep: true }), { said, used: false });
    return file;
  }

  test("is used by the next process", (t) => {
    const file = keptModule(t);
    assert.deepEqual(load(file), { said, used: true });
    assert.deepEqual(fs.readdirSync(path.dirname(file)).length, 2);
  });

  test("of another source is not used, also when that is as long", (t) => {
    const file = keptModule(t);
    fs.writeFileSync(file, SOURCE.replace("each * 2", "each * 3"));
    assert.deepEqual(load(file), { said: "3 6 9 module.cjs", used: false });
    fs.writeFileSync(file, `${SOURCE}// longer`);
    assert.deepEqual(load(file), { said, used: false });
  });

  test("of a V8 with other flags is not used", (t) => {
    const file = keptModule(t);
    assert.deepEqual(load(file, { flags: ["--no-lazy"] }), { said, used: false });
  });

  test("that is damaged is not used, wherever the damage is", (t) => {
    const file = keptModule(t);
    const codeFile = codeIn(path.dirname(file));
    const code = fs.readFileSync(codeFile);
    const middle = (SOURCE.length + code.length) / 2;
    const places = [0, SOURCE.length, SOURCE.length + 40, middle - 1, middle, middle + 40, code.length - 1];
    for (const place of places) {
      const damaged = Buffer.from(code);
      damaged[place] = (damaged[place] as number) ^ 1;
      fs.writeFileSync(codeFile, damaged);
      assert.deepEqual(load(file), { said, used: false }, `at ${place} of ${code.length}`);
    }
    for (const length of [0, 1, SOURCE.length - 1, SOURCE.length, SOURCE.length + 1, middle, code.length - 1]) {
      fs.writeFileSync(codeFile, code.subarray(0, length));
      assert.deepEqual(load(file), { said, used: false }, `${length} of ${code.length} bytes`);
    }
    fs.writeFileSync(codeFile, Buffer.alloc(code.length));
    assert.deepEqual(load(file), { said, used: false }, "zeros");
    const zeros = Buffer.from(code).fill(0, SOURCE.length);
    fs.writeFileSync(codeFile, zeros);
    assert.deepEqual(load(file), { said, used: false }, "zeros after the source");
  });

  test("that can't be read is not used", (t) => {
    const file = keptModule(t);
    const codeFile = codeIn(path.dirname(file));
    fs.rmSync(codeFile);
    fs.mkdirSync(codeFile);
    assert.deepEqual(load(file), { said, used: false });
  });
});
