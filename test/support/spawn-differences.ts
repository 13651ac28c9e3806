/** Prints where spawn(), execFile() and exec() are not what node:child_process is: node dist/test/support/spawn-differences.js */
import { isDeepStrictEqual } from "node:util";
import { closeDefaultTemplate } from "../../main/index.js";
import { BEHAVIOURS } from "../contract/spawn/behaviours/index.js";
import { compare } from "../contract/spawn/compare.js";

let same = 0;
for (const [theme, behaviours] of Object.entries(BEHAVIOURS))
  for (const behaviour of behaviours) {
    const { theirs, ours } = await compare(behaviour);
    if (isDeepStrictEqual(theirs, ours)) {
      same++;
      continue;
    }
    console.log(`${theme}: ${behaviour.name}`);
    console.log(`  docs/spawn.md:      ${behaviour.differs ?? "NOT THERE"}`);
    console.log("  node:child_process:", theirs);
    console.log("  desktop-fork:      ", ours, "\n");
    if (behaviour.differs === undefined) process.exitCode = 1;
  }
console.log(`${same} behaviours are the same`);
closeDefaultTemplate();
