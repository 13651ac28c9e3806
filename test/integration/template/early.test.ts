/** desktop-fork/early: the default template knows nothing of what the program does later; a worker is where its caller is. */
import assert from "node:assert/strict";
import test from "node:test";
import { seedProgram } from "../../support/seed.js";

test("no later environment, descriptor or thread reaches the template", async () => {
  const told = JSON.parse(await seedProgram("early.mjs", { DESKTOP_FORK_SPARES: "0", LATER: undefined }));
  assert.deepEqual(told, { template: true, env: null, cwd: "/", leaked: false, here: true });
});
