/** What siblings must not share: who they are, and every random number. */
import assert from "node:assert/strict";
import { json } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { type ForkProcess, Template } from "../../main/index.js";
import { FIXTURES } from "./kinds.js";

const DRAWS = new URL("draws.mjs", FIXTURES);
const SIBLINGS = 4;

interface Told {
  pid: number;
  title: string;
  values: Record<string, (number | string)[]>;
}

async function tell(proc: ForkProcess): Promise<Told & { worker: number }> {
  const worker = await proc.run(DRAWS, "tell");
  const told = (await json(worker.socket)) as Told;
  assert.deepEqual(await worker.exited, { code: 0, signal: null });
  return { ...told, worker: worker.pid };
}

for (const [used, modules] of Object.entries({ "has drawn numbers before": [DRAWS.href], "is fresh": [] })) {
  describe(`siblings of a template that ${used}`, () => {
    let template: Template;
    let all: Awaited<ReturnType<typeof tell>>[];

    before(async () => {
      template = await Template.start({ modules });
      const parent = template.fork();
      await parent.ready();
      const siblings = Array.from({ length: SIBLINGS }, () => tell(template.fork()));
      // Cousins, one of whom is forked from a process that has drawn numbers itself since.
      const busy = template
        .fork()
        .eval("for (let i = 0; i < 3; i++) require('node:crypto').randomUUID(), Math.random()");
      const cousins = [parent.fork(), parent.fork(), busy.fork(), busy.fork(), busy].map(tell);
      all = await Promise.all([...siblings, ...cousins]);
      parent.close();
    });

    after(() => template.close());

    it("each knows its own pid", () => {
      for (const { pid, worker } of all) assert.equal(pid, worker);
      assert.equal(new Set(all.map(({ pid }) => pid)).size, all.length);
    });

    it("no two ever draw the same number", () => {
      for (const name of Object.keys(all[0]?.values ?? {})) {
        const drawn = all.flatMap(({ values }) => values[name]);
        assert.equal(new Set(drawn).size, 2 * all.length, `${name}: ${drawn.join(" ")}`);
      }
    });
  });
}
