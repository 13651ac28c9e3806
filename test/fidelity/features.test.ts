/** Everything that a program may use works in a worker as it does in an ordinary process. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { Template } from "../../main/index.js";
import { FIXTURES, KINDS } from "./kinds.js";
import { fixtureNames, fixtureUrl, ordinaryResult } from "./reference.js";

const names = fixtureNames("features");
const references = new Map<string, unknown>();

before(async () => {
  for (const name of names) references.set(name, await ordinaryResult(name));
});

for (const [kind, options] of Object.entries(KINDS)) {
  describe(`a worker of a template that is ${kind}`, { concurrency: 4 }, () => {
    let template: Template;

    before(async () => {
      template = await Template.start(options);
      assert.equal(template.strategy, "fork", template.reason);
    });

    after(() => template.close());

    for (const name of names) {
      it(name, async () => {
        const worker = await template
          .fork()
          .sendArg(fixtureUrl("features", name))
          .run(new URL("in-worker.mjs", FIXTURES), "feature");
        const [json, status] = await Promise.all([text(worker.socket), worker.exited]);
        assert.deepEqual(status, { code: 0, signal: null });
        assert.deepEqual(JSON.parse(json), references.get(name));
      });
    }
  });
}
