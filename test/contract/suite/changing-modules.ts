/** Modules whose files change between two starts: each start has what is there then. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { temporaryFolder } from "../../support/temporary.js";

async function said(file: string): Promise<string> {
  const worker = await ForkProcess.create().run(file);
  const [value] = await Promise.all([text(worker.socket), worker.exited]);
  return value;
}

function commonJs(word: string): string {
  return `module.exports = (socket) => socket.end(${JSON.stringify(word)});`;
}

function esm(word: string): string {
  return `export default (socket) => socket.end(${JSON.stringify(word)});`;
}

export function changingModules(): void {
  suite("modules that change between two starts", () => {
    forbidLeaks();

    for (const [name, write] of [
      ["worker.cjs", commonJs],
      ["worker.mjs", esm],
    ] as const) {
      test(`${name}: changed, replaced, removed, and there again`, async (t) => {
        const file = path.join(temporaryFolder(t), name);
        fs.writeFileSync(file, write("first"));
        assert.equal(await said(file), "first");
        fs.writeFileSync(file, write("other"));
        assert.equal(await said(file), "other");
        fs.writeFileSync(`${file}.new`, write("third"));
        fs.renameSync(`${file}.new`, file);
        assert.equal(await said(file), "third");
        fs.rmSync(file);
        const code = name.endsWith(".cjs") ? "MODULE_NOT_FOUND" : "ERR_MODULE_NOT_FOUND";
        await assert.rejects(said(file), (error: Error & { code: string; cause: { code: string } }) => {
          assert.deepEqual([error.code, error.cause.code], ["ERR_FORK_REQUIRE", code]);
          return true;
        });
        fs.writeFileSync(file, write("fourth"));
        assert.equal(await said(file), "fourth");
      });

      test(`${name}: a symbolic link on the way to it, and one that it is, point elsewhere`, async (t) => {
        const folder = temporaryFolder(t);
        for (const version of ["one", "two"]) {
          fs.mkdirSync(path.join(folder, version));
          fs.writeFileSync(path.join(folder, version, name), write(version));
        }
        const current = path.join(folder, "current");
        const link = path.join(folder, `link-${name}`);
        for (const version of ["one", "two", "one"]) {
          fs.rmSync(current, { force: true });
          fs.symlinkSync(version, current);
          fs.rmSync(link, { force: true });
          fs.symlinkSync(path.join(version, name), link);
          assert.equal(await said(path.join(current, name)), version);
          assert.equal(await said(link), version);
        }
      });
    }

    test("a package.json says another type", async (t) => {
      const folder = temporaryFolder(t);
      const file = path.join(folder, "worker.js");
      const describe = (type: string) => fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type }));
      for (const turn of ["1", "2"]) {
        describe("commonjs");
        fs.writeFileSync(file, commonJs(`commonjs ${turn}`));
        assert.equal(await said(file), `commonjs ${turn}`);
        describe("module");
        fs.writeFileSync(file, esm(`module ${turn}`));
        assert.equal(await said(file), `module ${turn}`);
      }
    });
  });
}
