/** A system without /proc: a chroot, a container that hides it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { suite, test } from "node:test";
import { EXEC, FORK } from "../../support/configurations.js";
import { runProgram } from "../../support/program.js";

const HIDE = ["sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"];

/** With an empty /proc, in a mount namespace of its own. */
const WITHOUT_PROC = [
  ["unshare", "--mount", ...HIDE],
  ["unshare", "--mount", "--map-root-user", ...HIDE],
].find(([file, ...args]) => spawnSync(file as string, [...args, "true"]).status === 0);

suite("without /proc", { skip: WITHOUT_PROC === undefined && "this user may not hide /proc from a program" }, () => {
  for (const { name, env } of [FORK, EXEC])
    test(`${name}: everything works but memory(), which says so`, async () => {
      const { stdout, stderr, code } = await runProgram("no-proc.mjs", { env, under: WITHOUT_PROC as string[] });
      assert.deepEqual([code, stderr], [0, ""]);
      const { proc, strategy, memory, status } = JSON.parse(stdout);
      assert.equal(proc, false);
      assert.equal(strategy, name);
      assert.match(memory, /^ERR_FORK_UNSUPPORTED: .*\/proc/);
      assert.deepEqual(status, { code: null, signal: "SIGUSR2" });
    });
});
