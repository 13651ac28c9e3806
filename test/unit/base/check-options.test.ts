/** Options that are wrong are named, and those that are none as well. */
import assert from "node:assert/strict";
import test from "node:test";
import { checkOption, checkOptions, type OptionSchema } from "../../../main/base/check-options.js";
import { nearestName } from "../../../main/base/nearest-name.js";
import { FLAG, integer, milliseconds, NAME, oneOf, required } from "../../../main/base/option-kinds.js";

interface Options {
  max?: number;
  maxQueue?: number;
  name: string;
  quiet?: boolean;
  mode?: "one" | "other";
  timeout?: number;
}

const SCHEMA: OptionSchema<Options> = {
  what: "make",
  kinds: {
    max: integer({ least: 1 }),
    maxQueue: integer({ infinite: true }),
    name: required(NAME),
    quiet: FLAG,
    mode: oneOf("one", "other"),
    timeout: milliseconds({ most: 100 }),
  },
};

function messageOf(options: unknown): string {
  try {
    checkOptions(SCHEMA, options as Options);
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    assert.equal(code, "ERR_FORK_ARGUMENT");
    return message;
  }
  return "";
}

const MESSAGES: [options: unknown, message: string][] = [
  [{ name: "a" }, ""],
  [{ name: "a", max: undefined, quiet: undefined }, ""],
  [{ name: "a", maxQueue: Number.POSITIVE_INFINITY }, ""],
  [{}, "make: the option 'name' must be a string, not empty, without NUL, not undefined"],
  [{ name: "a", max: 0 }, "make: the option 'max' must be an integer of at least 1, not 0"],
  [{ name: "a", maxQueue: -1 }, "make: the option 'maxQueue' must be an integer of at least 0, or Infinity, not -1"],
  [{ name: "a", quiet: "yes" }, "make: the option 'quiet' must be true or false, not 'yes'"],
  [{ name: "a", mode: "none" }, "make: the option 'mode' must be 'one' or 'other', not 'none'"],
  [{ name: "a", timeout: 101 }, "make: the option 'timeout' must be from 0 to 100 milliseconds, not 101"],
  [{ name: "a", maxx: 2 }, "make: there is no option 'maxx'; did you mean 'max'?"],
  [{ name: "a", maxqueue: 2 }, "make: there is no option 'maxqueue'; did you mean 'maxQueue'?"],
  [
    { name: "a", queue: undefined },
    "make: there is no option 'queue'; the options are max, maxQueue, name, quiet, mode, timeout",
  ],
  [
    { name: "a", toString: 1 },
    "make: there is no option 'toString'; the options are max, maxQueue, name, quiet, mode, timeout",
  ],
  [
    { name: "a", constructor: 1 },
    "make: there is no option 'constructor'; the options are max, maxQueue, name, quiet, mode, timeout",
  ],
  [null, "make: the options must be an object, not null"],
];

for (const [options, message] of MESSAGES)
  test(`${JSON.stringify(options)}: ${message || "is right"}`, () => assert.equal(messageOf(options), message));

test("one value by itself", () => {
  checkOption(SCHEMA, "max", 5);
  assert.throws(() => checkOption(SCHEMA, "max", undefined), {
    code: "ERR_FORK_ARGUMENT",
    message: /'max'.*undefined/,
  });
});

const NEAREST: [wrong: string, names: string[], nearest: string | undefined][] = [
  ["stdIO", ["stdin", "stdio"], "stdio"],
  ["timeuot", ["title", "timeout"], "timeout"],
  ["tiemout", ["title", "timeout"], "timeout"],
  ["exec_argv", ["execArgv", "env"], "execArgv"],
  ["a", ["b", "longer"], "b"],
  ["", ["b"], "b"],
  ["signals", ["signal", "title"], "signal"],
  ["workers", ["max", "idle"], undefined],
  ["anything", [], undefined],
];

for (const [wrong, names, nearest] of NEAREST)
  test(`'${wrong}' of ${names.join(", ") || "nothing"} is meant to be ${nearest}`, () =>
    assert.equal(nearestName(wrong, names), nearest));
