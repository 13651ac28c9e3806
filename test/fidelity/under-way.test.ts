/** What a template has under way when it is forked goes on in its children, or the fork is refused. */
import assert from "node:assert/strict";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type ForkProcess, Template } from "../../main/index.js";
import { FIXTURES, KINDS } from "./kinds.js";

const UNDER_WAY = new URL("under-way.cjs", FIXTURES);
const FORKS = 6;

async function startTemplate(kind: keyof typeof KINDS): Promise<Template> {
  const template = await Template.start({ ...KINDS[kind], modules: [UNDER_WAY.href] });
  assert.equal(template.strategy, "fork", template.reason);
  return template;
}

/** What a worker answers that is forked from `proc` right now. */
async function answer(proc: ForkProcess, exportName: string): Promise<unknown> {
  const worker = await proc.fork().run(UNDER_WAY, exportName);
  const [told, status] = await Promise.all([json(worker.socket), worker.exited]);
  assert.deepEqual(status, { code: 0, signal: null });
  return told;
}

/** Code that calls an export in a process. */
const call = (exportName: string) => `require(${JSON.stringify(fileURLToPath(UNDER_WAY))}).${exportName}()`;

describe("what is under way in a template at a fork", () => {
  it("a message on its way to a port arrives in the child", async () => {
    const template = await startTemplate("fresh");
    const proc = template.fork().eval(call("post"));
    for (let i = 0; i < FORKS; i++) assert.deepEqual(await answer(proc, "countMessages"), { posted: true, lost: 0 });
    proc.close();
    template.close();
  });

  for (const kind of ["fresh", "threaded"] as const) {
    it(`a compilation that has begun is completed in the child of a ${kind} template`, async () => {
      const template = await startTemplate(kind);
      for (let i = 0; i < FORKS; i++) {
        const proc = template.fork().eval(call("compile"));
        assert.deepEqual(await answer(proc, "awaitCompilations"), [42]);
        proc.close();
      }
      template.close();
    });
  }

  it("a Worker that waits for shared memory makes the fork refuse, by name", async () => {
    const template = await startTemplate("fresh");
    const proc = template.fork().eval(call("startWaitingThread"));
    await assert.rejects(
      proc.fork().ready(),
      // The latter on Node 26, where it waits in a way that the guard does not know.
      /thread '[^']+' \(\d+\).*, made by .*node (runs in the process to be forked|did not come to rest)/,
    );
    proc.close();
    template.close();
  });
});
