/** require() and the modules of run(): ES modules and CommonJS, by URL, path and package name. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ForkProcess } from "../../../main/index.js";
import { fixture, fixturePath } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { WORKERS } from "../../support/workers.js";

async function said(...run: Parameters<ForkProcess["run"]>): Promise<string> {
  const worker = await ForkProcess.create().run(...run);
  const [value] = await Promise.all([text(worker.socket), worker.exited]);
  return value;
}

export function modules(): void {
  suite("modules", () => {
    forbidLeaks();

    test("an ES module is named by a URL, its string, a path, or a path relative to the calling file", async () => {
      const relative = "../../../../test/fixtures/contract/workers.mjs";
      for (const name of [WORKERS, WORKERS.href, fixturePath("workers.mjs"), relative])
        assert.equal(await said(name, "tell"), "[]", String(name));
    });

    test("a CommonJS module is named likewise", async () => {
      const relative = "../../../../test/fixtures/contract/workers.cjs";
      for (const name of [fixture("workers.cjs"), fixturePath("workers.cjs"), relative])
        assert.equal(await said(name, "cjs"), "cjs ", String(name));
    });

    test("an export is named by a string or an option; without one it is the default export", async () => {
      assert.equal(await said(WORKERS, "tell"), "[]");
      assert.equal(await said(WORKERS, { export: "tell" } as never), "[]");
      assert.equal(await said(fixture("function.cjs")), "the module itself");
      assert.equal(await said(fixture("workers.cjs"), "hidden"), "hidden");
    });

    test("a path with characters that mean something in URLs is taken literally", async () => {
      assert.equal(await said(fixturePath("odd %23#? näme.mjs")), "odd");
      assert.equal(await said(pathToFileURL(fixturePath("odd %23#? näme.mjs"))), "odd");
    });

    test("packages are found from the calling file: CommonJS, and ES modules alone", async () => {
      const proc = ForkProcess.create().require("lodash", "node:os", "tinypool");
      await proc.ready();
      proc.close();
      await assert.rejects(ForkProcess.create().run("tinypool", "nothing like that"), (error: Error) => {
        assert.match(error.message, /does not export 'nothing like that'; it exports .*Tinypool/);
        return true;
      });
    });

    test("require() takes many modules, in order, and chains", async () => {
      using proc = ForkProcess.create().require(WORKERS, fixturePath("workers.cjs")).require("node:fs").require();
      assert.equal(await proc.ready(), proc);
    });

    test("a module that require() has loaded is not loaded again by run()", async () => {
      const proc = ForkProcess.create().require(fixture("loaded.mjs"));
      await proc.ready();
      const worker = await proc.run(fixture("loaded.mjs"));
      const [loadedIn, ranIn] = JSON.parse(await text(worker.socket)) as [number, number];
      assert.equal(ranIn, worker.pid);
      assert.equal(loadedIn, worker.pid);
      await worker.exited;
    });

    test("a module that does not exist is told with the remote error", async () => {
      for (const name of ["no-such-package", "./no-such-file.js", new URL("./no-such-file.js", import.meta.url)]) {
        const error = await ForkProcess.create()
          .require(name)
          .ready()
          .catch((error) => error);
        assert.equal(error.code, "ERR_FORK_REQUIRE", String(name));
        assert.equal(error.cause.code, "ERR_MODULE_NOT_FOUND");
        assert.match(error.message, /no-such/);
      }
      await assert.rejects(ForkProcess.create().run(new URL("./no-such.js", import.meta.url)), {
        code: "ERR_FORK_REQUIRE",
      });
    });

    test("a module that throws while it is loaded is told with the remote stack", async () => {
      for (const name of ["throws.mjs", "throws.cjs"]) {
        const error = await ForkProcess.create()
          .require(fixture(name))
          .ready()
          .catch((error) => error);
        assert.equal(error.code, "ERR_FORK_REQUIRE");
        assert.equal(error.cause.name, "RangeError");
        assert.match(error.cause.stack, new RegExp(`thrown while loading[^]*${name}:1`));
      }
    });

    test("a module that does not compile is told", async () => {
      const code = "data:text/javascript,export function (";
      await assert.rejects(ForkProcess.create().require(code).ready(), (error: Error) => {
        assert.equal((error.cause as Error).name, "SyntaxError");
        return (error as NodeJS.ErrnoException).code === "ERR_FORK_REQUIRE";
      });
    });

    test("a name that is no string and no URL is refused", async () => {
      using proc = ForkProcess.create();
      for (const wrong of [undefined, null, 1, {}, ""]) {
        assert.throws(() => proc.require(wrong as never), { code: "ERR_FORK_ARGUMENT" }, String(wrong));
        using forked = proc.fork();
        await assert.rejects(forked.run(wrong as never), { code: "ERR_FORK_ARGUMENT" }, String(wrong));
      }
    });
  });
}
