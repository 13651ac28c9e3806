/** Options that are wrong are refused by name, before anything is started. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { processesOf } from "../../support/processes.js";

const COMMON: Record<string, unknown[]> = {
  title: [1, null, "a\0b"],
  cwd: [1, "", "a\0b", {}],
  env: ["A=1", 1, null, { A: 1 }, { A: "a\0b" }, { "A\0": "b" }],
  detached: ["yes", 1, null],
  signal: [true, new AbortController(), null],
  stdio: ["pipes", 1, ["pipe", "pipe", "pipe", "pipe"]],
};

const RUNTIME: Record<string, unknown[]> = {
  runtime: [1, "", "/bin/no\0de", null],
  execArgv: ["--flag", [1], ["a\0b"], null],
  strategy: ["spawn", 1, null],
  startTimeoutMs: [0, -1, 1.5, "1", Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31],
};

const TEMPLATE: Record<string, unknown[]> = {
  ...RUNTIME,
  name: [1, "", null],
  cwd: COMMON["cwd"] as unknown[],
  env: COMMON["env"] as unknown[],
  modules: ["sharp", [1], [""], [undefined], null],
  spares: [-1, 0.5, "1", Number.NaN, null],
  priority: [-1, 20, 0.5, "low", null],
};

function refuses(make: (options: never) => unknown, table: Record<string, unknown[]>): void {
  for (const [name, values] of Object.entries(table))
    for (const value of values)
      assert.throws(
        () => make({ [name]: value } as never),
        (error: Error & { code: string }) => {
          assert.equal(error.code, "ERR_FORK_ARGUMENT", `${name}: ${String(value)}`);
          assert.ok(name === "stdio" || error.message.includes(`the option '${name}' must be`), error.message);
          return true;
        },
        `${name}: ${String(value)}`,
      );
  assert.throws(() => make({ Cwd: "/" } as never), {
    code: "ERR_FORK_ARGUMENT",
    message: /there is no option 'Cwd'; did you mean 'cwd'\?$/,
  });
  for (const wrong of [null, 1, "options"])
    assert.throws(() => make(wrong as never), { code: "ERR_FORK_ARGUMENT", message: /options must be an object/ });
}

export function options(): void {
  suite("options", () => {
    forbidLeaks();

    test("wrong options of create(), exec() and fork() are refused by name, and nothing is started", () => {
      const before = processesOf(process.pid).length;
      refuses((options) => ForkProcess.fresh(options), { ...COMMON, ...RUNTIME });
      refuses((options) => new Template(options), TEMPLATE);
      assert.equal(processesOf(process.pid).length, before);
      refuses((options) => ForkProcess.create(options), COMMON);
      using proc = ForkProcess.create();
      refuses((options) => proc.fork(options), COMMON);
    });

    test("wrong options of run(), ready() and Template.start() reject, and the object is as it was", async () => {
      using proc = ForkProcess.create();
      for (const options of [{ title: 1 }, { signal: 1 }, { export: 1 }, { exports: "x" }])
        await assert.rejects(proc.run("x", options as never), { code: "ERR_FORK_ARGUMENT" });
      await assert.rejects(proc.ready({ signal: 1 } as never), { code: "ERR_FORK_ARGUMENT", message: /'signal'/ });
      await assert.rejects(proc.ready({ timeout: 1 } as never), { code: "ERR_FORK_ARGUMENT", message: /'timeout'/ });
      await assert.rejects(Template.start({ spares: -1 }), { code: "ERR_FORK_ARGUMENT", message: /'spares'/ });
      await proc.ready();
    });

    test("options that are undefined count as not given", async () => {
      const none = { title: undefined, cwd: undefined, env: undefined, detached: undefined, signal: undefined };
      using proc = ForkProcess.create(none as never);
      await proc.ready();
    });
  });
}
