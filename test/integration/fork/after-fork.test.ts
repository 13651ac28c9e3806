/** What modules renew in each fork, and what is renewed for well-known libraries. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { json, text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";

const RENEWING = fileURLToPath(new URL("../../../../test/fixtures/fork/renewing.mjs", import.meta.url));

/** As nanoid 3 (a pool filled with randomFillSync), nanoid 5 (getRandomValues) and bson's ObjectId (6 and 7) keep theirs. */
const KEEPERS = {
  nanoid: 'const pool = require("crypto").randomFillSync(Buffer.alloc(2688)); exports.id = () => pool.toString("hex");',
  "nanoid-5": 'const pool = crypto.getRandomValues(Buffer.alloc(2688)); exports.id = () => pool.toString("hex");',
  "bson-7": 'const own = crypto.getRandomValues(Buffer.alloc(5)); exports.id = () => own.toString("hex");',
  bson: 'const { randomBytes } = require("crypto"); const own = randomBytes(5); exports.id = () => own.toString("hex");',
};

suite("afterFork()", () => {
  forbidLeaks();

  test("calls back in each fork, which has its own environment and pid by then", async () => {
    using template = await Template.start({ modules: [RENEWING] });
    for (let i = 0; i < 2; i++) {
      const worker = await template.fork({ env: { OWN: "yes" } }).run(RENEWING);
      assert.deepEqual(await json(worker.socket), [`made in ${worker.pid}`, "yes", ["first", "second"]]);
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    }
  });

  test("a hook that throws is an uncaught exception of the child", async () => {
    using template = await Template.start({
      modules: [RENEWING],
      spares: 0,
      env: { ...process.env, HOOK_FAILS: "1" },
    });
    const fork = template.fork({ stdio: ["ignore", "inherit", "pipe"] });
    await assert.rejects(fork.run(RENEWING), { code: "ERR_FORK_DIED" });
  });
});

suite("ids of well-known libraries", () => {
  forbidLeaks();

  test("differ between siblings, while a key of the template stays the same", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "desktop-fork-ids-"));
    for (const [name, code] of Object.entries(KEEPERS)) {
      mkdirSync(path.join(folder, "node_modules", name), { recursive: true });
      writeFileSync(path.join(folder, "node_modules", name, "index.js"), code);
    }
    const ids = path.join(folder, "ids.cjs");
    const names = Object.keys(KEEPERS);
    writeFileSync(
      ids,
      `const libraries = ${JSON.stringify(names)}.map((name) => require(name));
       const key = require("crypto").randomFillSync(Buffer.alloc(256)).toString("hex");
       exports.work = (socket) => socket.end(JSON.stringify([...libraries.map(({ id }) => id()), key]));`,
    );
    const template = await Template.start({ modules: [ids] });
    const workers = await Promise.all([1, 2, 3].map(() => template.fork().run(ids, "work")));
    const said = await Promise.all(workers.map(async ({ socket }) => JSON.parse(await text(socket)) as string[]));
    await Promise.all(workers.map(({ exited }) => exited));
    template.close();
    rmSync(folder, { recursive: true });
    for (const [index, name] of names.entries())
      assert.equal(new Set(said.map((line) => line[index])).size, 3, `three ids of ${name}`);
    assert.equal(new Set(said.map((line) => line.at(-1))).size, 1, "one key");
  });
});
