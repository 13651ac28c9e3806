/** spawn(), execFile() and exec() do what node:child_process does, which is asked here and now. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { forbidLeaks } from "../../support/leaks.js";
import { BEHAVIOURS } from "./behaviours/index.js";
import { compare } from "./compare.js";

const documentation = readFileSync(new URL("../../../../docs/spawn.md", import.meta.url), "utf8");

for (const [theme, behaviours] of Object.entries(BEHAVIOURS))
  describe(`spawn like child_process: ${theme}`, () => {
    forbidLeaks();
    for (const behaviour of behaviours)
      it(behaviour.name, async () => {
        const { theirs, ours } = await compare(behaviour);
        if (behaviour.differs === undefined) return assert.deepEqual(ours, theirs);
        assert.notDeepEqual(ours, theirs, "they do not differ: take it out of the list, and of docs/spawn.md");
        assert.ok(
          documentation.includes(`| ${behaviour.differs} |`),
          `docs/spawn.md has no row '${behaviour.differs}'`,
        );
      });
  });
