/** A fork has what its caller has at the time of the call, never more. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runProgram } from "../../support/program.js";

interface Facts {
  uids: number[];
  gids: number[];
  groups: number[];
  umask: number;
  priority: number;
  cwd: string;
}

type Way = "create" | "again" | "template" | "placed" | "prepared" | "kept" | "rpc" | "pool";

const OTHER = 65534;
/** Ways to a worker that come about after the change, each from something that was there before. */
const WAYS: Way[] = ["create", "again", "template", "rpc"];
const CONFIGURATIONS = {
  forked: {},
  "by exec": { DESKTOP_FORK_STRATEGY: "exec" },
};

async function after(
  changes: string[],
  env: Record<string, string> = {},
): Promise<Record<Way, Facts> & { before: string; own: Facts }> {
  const { stdout, stderr } = await runProgram("../rights/facts.mjs", { args: changes, env });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

const needsRoot = { skip: process.getuid?.() !== 0 && "only root can become another user" };

for (const [name, env] of Object.entries(CONFIGURATIONS))
  describe(`what a worker has of its caller, ${name}`, () => {
    // By exec there is nothing that could be left of before.
    for (const changes of name === "by exec" ? [["groups", "gid", "uid"]] : [["uid"], ["gid"], ["groups"], ["euid"]])
      test(`are user and groups: ${changes.join(", ")}`, needsRoot, async () => {
        const { own, ...told } = await after(changes, env);
        for (const way of [...WAYS, "placed", "pool"] as Way[]) {
          const { uids, gids, groups } = told[way];
          assert.deepEqual({ uids, gids, groups }, { uids: own.uids, gids: own.gids, groups: own.groups }, way);
        }
      });

    test("are umask, priority and working directory, unless the template has its own", async () => {
      const { own, before, ...told } = await after(["umask", "priority", "directory"], env);
      assert.deepEqual([own.umask, own.priority], [0o077, 7]);
      for (const way of WAYS) {
        const { umask, priority, cwd } = told[way];
        assert.deepEqual({ umask, priority, cwd }, { umask: 0o077, priority: 7, cwd: "/usr" }, way);
      }
      const { umask, priority, cwd } = told.placed;
      assert.equal(umask, 0o077);
      assert.equal(cwd, "/");
      if (!("DESKTOP_FORK_STRATEGY" in env)) assert.equal(priority, 3);
    });

    test("is what it was when nothing has changed", async () => {
      const { before, own, ...told } = await after([], env);
      for (const way of [...WAYS, "prepared", "pool"] as Way[])
        assert.deepEqual(told[way], { ...own, cwd: before }, way);
      assert.equal(told.kept.umask, 0o027);
    });
  });

describe("a process that was prepared before", () => {
  test("can't be forked for another user", needsRoot, async () => {
    for (const changes of [["uid"], ["groups"]]) {
      const { prepared, kept } = await after(changes);
      assert.deepEqual([prepared, kept], ["ERR_FORK_RIGHTS", "ERR_FORK_RIGHTS"]);
    }
  });

  test("is forked with the umask, the priority and the directory of now", async () => {
    for (const { umask, priority, cwd } of Object.values(
      (({ prepared, kept }) => ({ prepared, kept }))(await after(["umask", "priority", "directory"])),
    ))
      assert.deepEqual({ umask, priority, cwd }, { umask: 0o077, priority: 7, cwd: "/usr" });
  });

  test("and templates stay where they are when the caller's directory is gone", async () => {
    const { before, ...told } = await after(["gone"]);
    for (const way of [...WAYS, "prepared"] as Way[]) assert.equal(told[way].cwd, before, way);
  });
});

test("who was asked to leave and may not be told so is no reason to throw", needsRoot, async () => {
  const { stdout, stderr } = await runProgram("../rights/unreachable.mjs");
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), { killed: false, pool: [0, OTHER], heartbeat: "ERR_FORK_HUNG", lives: true });
});
