/** Forks of forks: each generation is as whole as the first. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { type ForkProcess, Template } from "../../main/index.js";
import { forbidLeaks } from "../support/leaks.js";
import { FIXTURES, KINDS } from "./kinds.js";
import { fixtureUrl, ordinaryResult } from "./reference.js";

const GENERATIONS = 5;
const IN_WORKER = new URL("in-worker.mjs", FIXTURES);
/** The pool, threads, compilation in the background, and children of its own. */
const FEATURES = ["pool", "worker-threads", "wasm", "child-process"];

async function featureIn(proc: ForkProcess, name: string): Promise<unknown> {
  const worker = await proc.sendArg(fixtureUrl("features", name)).run(IN_WORKER, "feature");
  const [json, status] = await Promise.all([text(worker.socket), worker.exited]);
  assert.deepEqual(status, { code: 0, signal: null });
  return JSON.parse(json);
}

/** What a process has used, its forks inherit: threads that were revived in it, and the pool. */
const USE = `
  const { promisify } = require("node:util");
  const v8 = require("node:v8");
  await promisify(require("node:fs").stat)("/");
  await WebAssembly.compile(Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  v8.setFlagsFromString("--expose-gc");
  require("node:vm").runInNewContext("gc")();
  globalThis.generation = (globalThis.generation ?? 0) + 1;
`;

describe("forks of forks", () => {
  forbidLeaks();

  for (const kind of ["fresh", "used and threaded"] as const) {
    it(`forks of forks are whole, ${GENERATIONS} deep (${kind} template)`, async () => {
      const template = await Template.start(KINDS[kind]);
      assert.equal(template.strategy, "fork", template.reason);
      const line: ForkProcess[] = [];
      for (let generation = 1; generation <= GENERATIONS; generation++) {
        const proc = (line.at(-1) ?? template).fork().eval(`(async () => {${USE}})()`);
        await proc.ready();
        line.push(proc);
      }
      assert.equal(new Set(line.map(({ pid }) => pid)).size, GENERATIONS);
      for (const name of FEATURES) {
        const expected = await ordinaryResult(name);
        const found = await Promise.all(
          [line[2], line[4]].map((proc) => featureIn((proc as ForkProcess).fork(), name)),
        );
        assert.deepEqual(found, Array(2).fill(expected), name);
      }
      for (const proc of line.reverse()) proc.close();
      template.close();
    });
  }
});
