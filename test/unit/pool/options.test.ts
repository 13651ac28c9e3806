/** Options that are wrong: the error names them, and nothing was started. */
import assert from "node:assert/strict";
import test from "node:test";
import { checkOptions } from "../../../main/base/check-options.js";
import { createPool, type PoolOptions } from "../../../main/pool/index.js";
import { JOB_OPTIONS, type JobOptions } from "../../../main/pool/job.js";
import { settingsOf } from "../../../main/pool/options.js";

const MODULE = new URL("file:///nowhere.mjs");

const WRONG: Record<string, readonly unknown[]> = {
  module: [undefined, 1, null, {}],
  preload: ["lodash", 1],
  template: [{}, "template"],
  max: [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2"],
  idle: [-1, 0.5, "1"],
  load: [0, -1, 1.5],
  start: [-1, Number.NaN, 2 ** 31, "1s"],
  stop: [-1, Number.NaN],
  maxQueue: [-1, 0.5],
  maxJobs: [0, -1],
  isolate: ["thread", true],
  timeout: [-1, 2 ** 31],
  retries: [-1, 0.5],
  abortGrace: [-1],
  startTimeout: [-1, "1s"],
  exitTimeout: [-1],
  heartbeat: [-1],
  maxMemory: [0, -1, 0.5],
  stdout: ["print", 1, "overlapped"],
  stderr: ["print", null],
};

for (const [name, values] of Object.entries(WRONG))
  test(`a wrong '${name}' is named`, () => {
    for (const value of values)
      assert.throws(
        () => createPool({ module: MODULE, [name]: value } as unknown as PoolOptions),
        { code: "ERR_FORK_ARGUMENT", message: new RegExp(`'${name}'`) },
        String(value),
      );
  });

test("an option that is none is named, with the one that was meant", () => {
  for (const [wrong, meant] of Object.entries({
    maxx: "max",
    maxjobs: "maxJobs",
    runtme: "runtime",
    moduleS: "module",
  }))
    assert.throws(() => createPool({ module: MODULE, [wrong]: 2 } as unknown as PoolOptions), {
      code: "ERR_FORK_ARGUMENT",
      message: `createPool: there is no option '${wrong}'; did you mean '${meant}'?`,
    });
  assert.throws(() => createPool(undefined as never), { code: "ERR_FORK_ARGUMENT" });
});

test("zero is legal where it makes sense", () => {
  const zeros = { idle: 0, start: 0, stop: 0, maxQueue: 0, timeout: 0, retries: 0, heartbeat: 0, startTimeout: 0 };
  const { idle, start, stop, maxQueue } = settingsOf({ module: MODULE, ...zeros, abortGrace: 0, exitTimeout: 0 });
  assert.deepEqual([idle, start, stop, maxQueue], [0, 0, 0, 0]);
});

test("options that exclude each other are named", () => {
  for (const [name, options] of Object.entries({
    load: { isolate: "job", load: 2 },
    maxJobs: { isolate: "job", maxJobs: 5 },
    stdout: { stdout: "job", load: 2 },
  }))
    assert.throws(() => settingsOf({ module: MODULE, ...options } as PoolOptions), {
      code: "ERR_FORK_ARGUMENT",
      message: new RegExp(`'${name}'`),
    });
});

test("wrong options of a job are named", () => {
  for (const [name, value] of Object.entries({
    signal: {},
    timeout: -1,
    priority: Number.NaN,
    retries: 0.5,
    onStart: 1,
    onOutput: "log",
    onstart: () => {},
  }))
    assert.throws(() => checkOptions(JOB_OPTIONS, { [name]: value } as JobOptions), {
      code: "ERR_FORK_ARGUMENT",
      message: new RegExp(`'${name}'`),
    });
  checkOptions(JOB_OPTIONS, { priority: -1.5, timeout: Number.POSITIVE_INFINITY, retries: Number.POSITIVE_INFINITY });
});
