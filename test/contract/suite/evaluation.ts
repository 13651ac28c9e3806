/** eval(): code in the process's global scope. */
import assert from "node:assert/strict";
import path from "node:path";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ForkError, ForkProcess } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";

/** Evaluates an expression in the process, which ends. */
async function valueIn(proc: ForkProcess, expression: string): Promise<string> {
  const worker = await proc.eval(`globalThis.answer = (socket) => socket.end(String(${expression}))`).run("answer");
  const [value] = await Promise.all([text(worker.socket), worker.exited]);
  return value;
}

async function failureOf(promise: Promise<unknown>): Promise<ForkError> {
  const error = await promise.then(
    () => undefined,
    (error) => error,
  );
  assert.ok(error instanceof ForkError, `no ForkError but ${error}`);
  return error;
}

export function evaluation(): void {
  suite("eval", () => {
    forbidLeaks();

    test("declarations stay in the global scope", async () => {
      const proc = ForkProcess.create().eval(
        "var a = 1; let b = 2; const c = 3; class D { e = 4 } function f() { return 5 }",
      );
      assert.equal(await valueIn(proc, "[a, b, c, new D().e, f()]"), "1,2,3,4,5");
    });

    test("functions declared in any way can be run, also as members", async () => {
      const code = `function declared(s) { s.end("declared") }
        const arrow = (s) => s.end("arrow");
        const library = { member: { run(s) { s.end("member") } } };`;
      using proc = ForkProcess.create().eval(code);
      for (const [name, said] of [
        ["declared", "declared"],
        ["arrow", "arrow"],
        ["library.member.run", "member"],
      ] as const) {
        const worker = await proc.fork().run(name);
        assert.equal(await text(worker.socket), said);
        await worker.exited;
      }
    });

    test("code sees its arguments as `args`", async () => {
      const proc = ForkProcess.create().eval(
        "globalThis.seen = args.map((arg) => arg.toString('latin1'))",
        "é",
        Buffer.of(233),
      );
      assert.equal(await valueIn(proc, "seen"), "é,é");
    });

    test("`require` is a global that resolves as in the calling file, now and later", async () => {
      const here = path.dirname(fileURLToPath(import.meta.url));
      const proc = ForkProcess.create().eval("globalThis.first = require.resolve('lodash')");
      const later = "require('node:path').dirname(require.resolve('./evaluation.js'))";
      assert.equal(await valueIn(proc, `[typeof first, ${later}]`), `string,${here}`);
    });

    test("import() works in it", async () => {
      const proc = ForkProcess.create().eval("globalThis.loading = import('node:path').then((path) => path.sep)");
      assert.equal(await valueIn(proc.eval("loading.then((sep) => { globalThis.sep = sep })"), "sep"), path.sep);
    });

    test("a promise as its value is waited for", async () => {
      const proc = ForkProcess.create().eval(
        "new Promise((done) => setTimeout(() => { globalThis.late = 1; done() }, 20))",
      );
      assert.equal(await valueIn(proc.eval("globalThis.seen = typeof late"), "seen"), "number");
    });

    test("code that does not compile fails with the remote SyntaxError", async () => {
      const { code, cause, pid } = await failureOf(ForkProcess.create().eval("function (").ready());
      assert.equal(code, "ERR_FORK_EVAL");
      assert.equal((cause as Error).name, "SyntaxError");
      assert.equal(typeof pid, "number");
    });

    test("code that throws fails with the remote error: message, stack, code and causes", async () => {
      const throwing = `function thrower() {
        throw Object.assign(new RangeError("outer", { cause: new TypeError("inner") }), { code: "E_REMOTE" });
      }
      thrower();`;
      const { code, message, cause } = await failureOf(ForkProcess.create().eval(throwing).run("never"));
      assert.equal(code, "ERR_FORK_EVAL");
      assert.match(message, /outer/);
      const remote = cause as NodeJS.ErrnoException;
      assert.deepEqual([remote.name, remote.message, remote.code], ["RangeError", "outer", "E_REMOTE"]);
      assert.match(remote.stack as string, /at thrower \(.*desktop-fork-eval\.js:2:/);
      assert.equal((remote.cause as Error).name, "TypeError");
    });

    test("code that rejects fails like code that throws", async () => {
      const { code, cause } = await failureOf(
        ForkProcess.create().eval("Promise.reject(new Error('rejected'))").ready(),
      );
      assert.equal(code, "ERR_FORK_EVAL");
      assert.equal((cause as Error).message, "rejected");
    });

    test("whatever is thrown, it is told", async () => {
      const thrown = ["null", "undefined", "0n", "'a string'", "Symbol('s')", "{ a: 1n }", "Object.create(null)"];
      const cyclic = "(() => { const e = new Error('cyclic'); e.cause = e; return e })()";
      const hostile = "Object.defineProperty(new Error, 'message', { get() { throw 1 } })";
      const large = "new Error('x'.repeat(20_000_000))";
      for (const value of [...thrown, cyclic, hostile, large]) {
        const { code } = await failureOf(ForkProcess.create().eval(`throw ${value}`).ready());
        assert.equal(code, "ERR_FORK_EVAL", `thrown: ${value}`);
      }
    });

    test("the first failure is the one that is told, and nothing after it is done", async () => {
      const proc = ForkProcess.create().eval("throw new Error('first')").eval("process.exit(3)").sendArg("x");
      for (const promise of [proc.ready(), proc.run("x")]) assert.match((await failureOf(promise)).message, /first/);
    });

    test("code that exits ends the process, and says with which code", async () => {
      const { code, exitCode, signal } = await failureOf(ForkProcess.create().eval("process.exit(42)").ready());
      assert.deepEqual([code, exitCode, signal], ["ERR_FORK_DIED", 42, null]);
    });

    test("code that is no string is refused", () => {
      using proc = ForkProcess.create();
      const evaluate = proc.eval.bind(proc) as (code: unknown) => unknown;
      for (const wrong of [undefined, null, 1, () => {}, Buffer.from("1")])
        assert.throws(() => evaluate(wrong), { code: "ERR_FORK_ARGUMENT" });
    });
  });
}
