/** What a template's modules do at the end of their process is not done at the end of each worker. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { until } from "../../support/until.js";

const SCRATCH = fileURLToPath(new URL("../../../../test/fixtures/fork/scratch.mjs", import.meta.url));

suite("exit listeners of a template's modules", () => {
  forbidLeaks();

  test("run at the template's end, and not at its workers'", async () => {
    const template = await Template.start({ modules: [SCRATCH] });
    let folder = "";
    for (let i = 0; i < 3; i++) {
      const worker = await template.fork({ stdio: ["ignore", "inherit", "pipe"] }).run(SCRATCH);
      const [said, errors] = await Promise.all([text(worker.socket), text(worker.stderr as NodeJS.ReadableStream)]);
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
      assert.equal(errors, "");
      folder = said;
      assert.ok(existsSync(folder), `the folder after worker ${i + 1}`);
    }
    template.close();
    await until(() => !existsSync(folder), "the template's own clean-up");
  });

  test("those that a worker adds run at its end", async () => {
    using template = await Template.start({ modules: [SCRATCH] });
    const fork = template.fork({ stdio: ["ignore", "inherit", "pipe"] }).sendArg("mine");
    const worker = await fork.run(SCRATCH);
    worker.socket.resume();
    assert.equal(await text(worker.stderr as NodeJS.ReadableStream), "mine\n");
    await worker.exited;
  });
});
