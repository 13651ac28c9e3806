/** A packaged Electron app is not opened by its environment. With a stand-in for Electron's `app`, in stock Node. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fixturePath } from "../../support/fixtures.js";
import { runProgram } from "../../support/program.js";

const EVIL = fixturePath("../rights/evil.cjs");
const ENV = {
  DESKTOP_FORK_RUNTIME: "/bin/false",
  DESKTOP_FORK_CMD_PREFIX: "/bin/false",
  DESKTOP_FORK_STRATEGY: "banana",
  NODE_OPTIONS: `--require=${EVIL}`,
  NODE_EXTRA_CA_CERTS: EVIL,
  NODE_PATH: "/elsewhere",
};

async function told(packaged: boolean, options: object, env: Record<string, string>): Promise<Record<string, unknown>> {
  const args = [String(packaged), JSON.stringify(options)];
  const { stdout, stderr } = await runProgram("../rights/packaged.mjs", { args, env });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

const CLOSED = { title: "good", opened: [] };

suite("a packaged app's environment", () => {
  test("has no say in what its processes run, also when `env` passes it on", async () => {
    assert.deepEqual(await told(true, {}, ENV), {
      runtime: true,
      fork: CLOSED,
      fresh: CLOSED,
      passing: { ...CLOSED, own: "/own" },
    });
  });

  test("has one when the app says so, and in development", async () => {
    const env = { DESKTOP_FORK_STRATEGY: "exec", NODE_OPTIONS: ENV.NODE_OPTIONS };
    for (const [packaged, options] of [
      [true, { trustEnvironment: true }],
      [false, {}],
    ] as const) {
      const { fork } = (await told(packaged, options, env)) as { fork: { title: string; opened: string[] } };
      assert.equal(fork.title, "evil");
      assert.ok(fork.opened.includes("NODE_OPTIONS"));
    }
    await assert.rejects(told(true, { trustEnvironment: true }, ENV), /DESKTOP_FORK_STRATEGY must be/);
  });
});
