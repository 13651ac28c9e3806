/** Calls that fail cost themselves, and nothing else. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { ForkProcess } from "../../../../main/index.js";
import { createRpc, type Rpc } from "../../../../main/rpc/index.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { rpcFixture, serve } from "../../../support/rpc.js";

async function assertAlive(rpc: Rpc): Promise<void> {
  assert.equal(await rpc.run("add", [1, 2]), 3);
}

export function failures(): void {
  suite("failures", () => {
    forbidLeaks();

    test("a call that throws rejects with the remote class, message, stack, cause, code and fields", async () => {
      await using rpc = serve();
      await assert.rejects(rpc.run("fail"), (error: RangeError & Record<string, unknown>) => {
        assert.ok(error instanceof RangeError);
        assert.deepEqual([error.name, error.message], ["RangeError", "out of range"]);
        assert.match(error.stack ?? "", /worker\.mjs:\d+/);
        assert.ok(error.cause instanceof TypeError);
        assert.equal(error.cause.message, "its cause");
        assert.deepEqual([error["code"], error["errno"]], ["E_X", 5]);
        return true;
      });
      await assertAlive(rpc);
    });

    test("whatever is thrown rejects, as much of it as can be sent", async () => {
      await using rpc = serve();
      for (const thrown of [undefined, null, 0, "text", 5n, { status: 404 }, [1]])
        assert.deepEqual(await rpc.run("failLater", [thrown]).catch((error) => ({ error })), { error: thrown });
      for (const how of ["getter", "field", "clone", "closed socket", "group", "long"])
        await assert.rejects(rpc.run("failOddly", [how]), { name: /Error$/, message: /^odd/ }, how);
      await assert.rejects(rpc.run("failOddly", ["group"]), ({ errors }: AggregateError) => {
        assert.deepEqual(
          errors.map(({ message }) => message),
          ["one", "two"],
        );
        return errors[0] instanceof RangeError;
      });
      await assert.rejects(rpc.run("failOddly", ["proxy"]), { message: /can't be described/ });
      await assert.rejects(rpc.run("failOddly", ["function"]), { message: /non-error was thrown/ });
      await assert.rejects(rpc.run("failOddly", ["null prototype"]), () => true);
      await assertAlive(rpc);
    });

    test("a missing function rejects with what there is; so does an export that is no function", async () => {
      await using rpc = serve();
      for (const name of ["missing", "toString", "constructor", "__proto__", "", "then"])
        await assert.rejects(rpc.run(name), {
          code: "ERR_FORK_FUNCTION",
          message: /does not export '.*'; it exports abortSignalTooLate,/,
        });
      await assert.rejects(rpc.run("notAFunction"), {
        code: "ERR_FORK_FUNCTION",
        message: /'notAFunction' is no function but of type number/,
      });
      await assertAlive(rpc);
    });

    test("arguments that can't be sent reject that call alone, whatever is wrong with them", async () => {
      await using rpc = serve();
      const sibling = rpc.run("sleep", [50]);
      const getter = {
        get trap(): never {
          throw new RangeError("a trap");
        },
      };
      const bad = [() => {}, Symbol("x"), { deep: [() => {}] }, new WeakMap(), Promise.resolve(), getter, [getter]];
      for (const value of [...bad, new SharedArrayBuffer(4), new Uint8Array(new SharedArrayBuffer(4))])
        await assert.rejects(rpc.run("echo", ["good", value]), {
          name: "ForkError",
          code: "ERR_FORK_SERIALIZE",
          message: /^the arguments of 'echo' can't be sent: /,
        });
      assert.equal(await sibling, 50);
      await assertAlive(rpc);
    });

    test("an argument that would arrive as an empty object is refused by name, with a hint", async () => {
      await using rpc = serve();
      await assert.rejects(rpc.run("echo", [{ page: new URL("http://localhost/") }]), {
        code: "ERR_FORK_SERIALIZE",
        message: "the arguments of 'echo' can't be sent: a URL would arrive without what makes it one; send its href",
      });
      await assertAlive(rpc);
    });

    test("a result that can't be sent rejects that call alone", async () => {
      await using rpc = serve();
      for (const what of ["function", "symbol", "shared", "weak"])
        await assert.rejects(rpc.run("unserializable", [what]), {
          code: "ERR_FORK_SERIALIZE",
          message: /^the result can't be sent: /,
        });
      assert.ok(await rpc.run("unserializable", ["cyclic"]));
      await assertAlive(rpc);
    });

    test("a result that throws when it is looked at rejects that call alone", async () => {
      await using rpc = serve();
      for (const name of ["trap", "trapLater"])
        for (const what of ["then", "next", "iterator", "revoked"])
          await assert.rejects(rpc.run(name, [what]), (error: Error) => /a trap|revoked/.test(error.message), what);
      await assertAlive(rpc);
    });

    test("a getter among the arguments that makes a call itself breaks neither", async () => {
      await using rpc = serve();
      let inner: Promise<unknown> | undefined;
      const outer = rpc.run("echo", [
        {
          get value() {
            inner = rpc.run("add", [1, 2]);
            inner.catch(() => {});
            return 5;
          },
        },
      ]);
      assert.deepEqual(await outer, [{ value: 5 }]);
      await assert.rejects(inner as Promise<unknown>, { code: "ERR_FORK_SERIALIZE", message: /while another one/ });
      await assertAlive(rpc);
    });

    test("a message beyond the limit rejects its call: arguments, results and errors alike", async () => {
      await using rpc = createRpc(ForkProcess.create(), { module: rpcFixture("worker.mjs"), maxMessageBytes: 100_000 });
      assert.equal(((await rpc.run("echo", [Buffer.alloc(99_000)])) as Buffer[])[0]?.length, 99_000);
      await assert.rejects(rpc.run("echo", [Buffer.alloc(100_000)]), { code: "ERR_FORK_TOO_LARGE" });
      await assert.rejects(rpc.run("echo", ["x".repeat(100_000)]), { code: "ERR_FORK_TOO_LARGE" });
      const large = "x".repeat(60_000);
      await assert.rejects(rpc.run("itemsAtOnce".repeat(20_000)), { code: "ERR_FORK_TOO_LARGE" });
      await assert.rejects(rpc.run("show", [large, large]), { code: "ERR_FORK_TOO_LARGE" });
      await assert.rejects(rpc.run("repeat", [large, 3]), { code: "ERR_FORK_TOO_LARGE", message: /^the result/ });
      await assert.rejects(rpc.run("failOddly", ["long"]), { message: /^odd odd/ });
      await assertAlive(rpc);
    });

    test("misuse throws at once, and names what is wrong", async () => {
      const module = rpcFixture("worker.mjs");
      const proc = ForkProcess.create();
      const bad: [options: object, message: RegExp][] = [
        [{}, /'module' must be a URL or a string, not undefined/],
        [{ module: 5 }, /'module' must be/],
        [{ module: "" }, /name is empty/],
        [{ modul: module }, /no option 'modul'; did you mean 'module'\?/],
        [{ module, init: 1 }, /'init' must be a string/],
        [{ module, done: {} }, /'done' must be a string without NUL, not an object/],
        [{ module, title: null }, /'title'/],
        [{ module, serializer: "xml" }, /'serializer' must be 'json' or/],
        [{ module, serializer: null }, /'serializer'/],
        [{ module, serializer: { serialize() {} } }, /'serializer'/],
        ...[0, -1, 1.5, Number.NaN, 2 ** 32, "1", 1023].map((maxMessageBytes): [object, RegExp] => [
          { module, maxMessageBytes },
          /'maxMessageBytes' must be an integer from/,
        ]),
      ];
      for (const [options, message] of bad)
        assert.throws(() => createRpc(proc, options as never), { code: "ERR_FORK_ARGUMENT", message });
      assert.throws(() => createRpc(proc, undefined as never), { code: "ERR_FORK_ARGUMENT" });
      assert.throws(() => createRpc({} as never, { module }), { code: "ERR_FORK_ARGUMENT", message: /ForkProcess/ });
      await using rpc = createRpc(proc, { module });
      assert.throws(() => rpc.run(5 as never), { code: "ERR_FORK_ARGUMENT" });
      assert.throws(() => rpc.run("add", 5 as never), { code: "ERR_FORK_ARGUMENT", message: /must be an array/ });
      assert.throws(() => rpc.emit(5 as never), { code: "ERR_FORK_ARGUMENT" });
      assert.throws(() => rpc.on("x", 5 as never), { code: "ERR_FORK_ARGUMENT" });
      for (const timeout of [-1, Number.NaN, 2 ** 31, "1"])
        assert.throws(() => rpc.run("add", [1, 2], { timeout } as never), {
          code: "ERR_FORK_ARGUMENT",
          message: /'timeout'/,
        });
      assert.throws(() => rpc.run("add", [1, 2], { signal: {} } as never), {
        code: "ERR_FORK_ARGUMENT",
        message: /'signal'/,
      });
      assert.throws(() => rpc.run("add", [1, 2], { timeuot: 5 } as never), {
        code: "ERR_FORK_ARGUMENT",
        message: /did you mean 'timeout'/,
      });
      await assertAlive(rpc as Rpc);
    });

    test("the api object can be looked at, awaited and printed without a call", async () => {
      await using rpc = serve();
      await rpc.ready();
      assert.equal(await (rpc.api as unknown as Promise<unknown>), rpc.api);
      assert.equal(JSON.stringify(rpc.api), "{}");
      assert.match(inspect(rpc.api), /\[Object: null prototype\] \{\}/);
      assert.equal(typeof (rpc.api as Record<string, unknown>)["whatever"], "function");
      await assertAlive(rpc);
    });
  });
}
