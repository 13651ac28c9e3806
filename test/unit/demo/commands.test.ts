/** What a page may say, and what it may not. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { BadCommand, MAX_WANTED, readCommand } from "../../../renderer-demo/contract/commands.js";

const GOOD = [
  { name: "choose" },
  { name: "open", folder: "/home/ann/Bilder \u00c3\u00a4" },
  { name: "want", folder: 3, pictures: [0, 7, 4294967295], visible: 2 },
  { name: "view", folder: 1, picture: 0 },
  { name: "fill", on: false },
  { name: "workers", count: 16 },
  { name: "end", pid: 4242, signal: "SIGSEGV" },
  { name: "ballast", megabytes: 0 },
  { name: "programs", by: "child_process", count: 50 },
];

const FORGED: [what: string, command: unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["text", "choose"],
  ["a list", ["choose"]],
  ["no name", {}],
  ["an unknown name", { name: "eval", code: "1" }],
  ["a name from the prototype", { name: "constructor" }],
  ["__proto__ as a name", JSON.parse('{ "name": "__proto__" }')],
  ["a missing field", { name: "view", folder: 1 }],
  ["a field from a prototype", Object.create({ name: "fill", on: true })],
  ["a field too many", { name: "choose", folder: "/etc" }],
  ["a relative path", { name: "open", folder: "etc" }],
  ["a path with a NUL", { name: "open", folder: "/etc\0/x" }],
  ["a path that is no octets", { name: "open", folder: "/\u2603" }],
  ["a path that is too long", { name: "open", folder: `/${"a".repeat(5000)}` }],
  ["a fraction", { name: "workers", count: 1.5 }],
  ["no workers", { name: "workers", count: 0 }],
  ["too many workers", { name: "workers", count: 17 }],
  ["a number as text", { name: "workers", count: "4" }],
  ["NaN", { name: "ballast", megabytes: Number.NaN }],
  ["a negative picture", { name: "view", folder: 1, picture: -1 }],
  ["process group 0", { name: "end", pid: 0, signal: "SIGKILL" }],
  ["every process", { name: "end", pid: -1, signal: "SIGKILL" }],
  ["another signal", { name: "end", pid: 42, signal: "SIGSTOP" }],
  ["another program", { name: "programs", by: "/bin/sh", count: 1 }],
  ["too many pictures", { name: "want", folder: 1, pictures: Array(MAX_WANTED + 1).fill(0), visible: 0 }],
  ["pictures that are none", { name: "want", folder: 1, pictures: [0, "1"], visible: 0 }],
  ["a hole among pictures", { name: "want", folder: 1, pictures: Array(3), visible: 0 }],
  ["an object like a list", { name: "want", folder: 1, pictures: { length: 1, 0: 0 }, visible: 0 }],
];

for (const command of GOOD)
  test(`the command '${command.name}' is read`, () => {
    assert.deepEqual(readCommand(command), command);
    assert.notEqual(readCommand(command), command);
  });

for (const [what, command] of FORGED)
  test(`${what} is no command`, () => {
    assert.throws(() => readCommand(command), BadCommand);
  });

test("whatever comes is a command or a BadCommand", () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record({ name: fc.constantFrom("open", "want", "end", "programs"), pid: fc.anything(), folder: fc.anything() }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      try {
        readCommand(value);
      } catch (error) {
        assert.ok(error instanceof BadCommand);
      }
    }),
  );
});
