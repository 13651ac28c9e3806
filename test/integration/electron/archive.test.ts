/**
 * Modules and folders that are named as an app sees them, inside its archive, in processes of a stock Node. The archive is a
 * file that nobody can read, as it is to a Node.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import test, { describe, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { ForkProcess } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { temporaryFolder } from "../../support/temporary.js";

const TELL = `
module.exports = function tell(socket) {
  socket.end([__filename, process.cwd(), require("unpacked-package")].join("\\n"));
};`;

/** resources/app.asar, and beside it what was unpacked: a folder, a module, and a package. */
function installApp(context: TestContext): { archive: string; unpacked: string } {
  const archive = path.join(temporaryFolder(context), "app.asar");
  const unpacked = `${archive}.unpacked`;
  fs.writeFileSync(archive, "an archive");
  fs.mkdirSync(path.join(unpacked, "node_modules/unpacked-package"), { recursive: true });
  fs.writeFileSync(path.join(unpacked, "node_modules/unpacked-package/index.js"), "module.exports = 'unpacked';");
  fs.writeFileSync(path.join(unpacked, "tell.cjs"), TELL);
  fs.writeFileSync(path.join(unpacked, "näme #1.mjs"), "export { default } from './tell.cjs';");
  fs.writeFileSync(path.join(unpacked, "needs-packed.mjs"), "import 'packed-package';");
  return { archive, unpacked };
}

async function tell(process: ForkProcess, module: string | URL): Promise<string[]> {
  const worker = await process.run(module, "default");
  const [answer, { code }] = await Promise.all([text(worker.socket), worker.exited]);
  assert.equal(code, 0);
  return answer.split("\n");
}

describe("what an app names inside its archive", () => {
  forbidLeaks();

  test("a module is loaded from beside it, by path and by URL", async (context) => {
    const { archive, unpacked } = installApp(context);
    for (const name of ["tell.cjs", "näme #1.mjs"]) {
      const file = path.join(archive, name);
      for (const module of [file, pathToFileURL(file)]) {
        const [filename, , answer] = await tell(ForkProcess.create(), module);
        assert.deepEqual([filename, answer], [path.join(unpacked, "tell.cjs"), "unpacked"]);
      }
    }
  });

  test("a working directory is the one beside it, for forks and fresh runtimes", async (context) => {
    const { archive, unpacked } = installApp(context);
    for (const process of [ForkProcess.create({ cwd: archive }), ForkProcess.fresh({ cwd: archive })]) {
      const [, cwd] = await tell(process, path.join(archive, "tell.cjs"));
      assert.equal(cwd, unpacked);
    }
  });

  test("what was not unpacked is an error that says so", async (context) => {
    const { archive } = installApp(context);
    for (const name of ["packed.mjs", "packed.cjs", "needs-packed.mjs"])
      await assert.rejects(ForkProcess.create().require(path.join(archive, name)).ready(), (error: Error) => {
        assert.match(error.message, /Cannot find/);
        assert.match(error.message, /asarUnpack/);
        return true;
      });
  });

  test("an ordinary folder may have such a name", async (context) => {
    const folder = path.join(temporaryFolder(context), "my.asar");
    fs.mkdirSync(path.join(folder, "node_modules/unpacked-package"), { recursive: true });
    fs.writeFileSync(path.join(folder, "node_modules/unpacked-package/index.js"), "module.exports = 'ordinary';");
    fs.writeFileSync(path.join(folder, "tell.cjs"), TELL);
    const answer = await tell(ForkProcess.create({ cwd: folder }), path.join(folder, "tell.cjs"));
    assert.deepEqual(answer, [path.join(folder, "tell.cjs"), folder, "ordinary"]);
  });
});
