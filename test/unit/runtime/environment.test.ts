/** The library's own variables: what they may say. */
import assert from "node:assert/strict";
import { afterEach, suite, test } from "node:test";
import { ignoreVariables } from "../../../helper/protocol/environment.cjs";
import { variable } from "../../../main/base/environment.js";
import { chooseRuntime } from "../../../main/runtime/runtime.js";

const WRONG = {
  DESKTOP_FORK_STRATEGY: ["banana", "EXEC", "fork,exec"],
  DESKTOP_FORK_SPARES: ["many", "-1", "1.5", "1e9"],
  DESKTOP_FORK_NO_ADDON: ["yes", "false"],
  DESKTOP_FORK_CMD_PREFIX: ["gdb '--args", " ", "'' nice"],
} as const;
const RIGHT = {
  DESKTOP_FORK_STRATEGY: ["fork", "exec"],
  DESKTOP_FORK_SPARES: ["0", "12"],
  DESKTOP_FORK_NO_ADDON: ["0", "1"],
  DESKTOP_FORK_CMD_PREFIX: ["nice", "strace -f -o 'a file'"],
  DESKTOP_FORK_RUNTIME: ["/usr/bin/node"],
} as const;

type Names = (keyof typeof WRONG)[];

suite("a variable of ours", () => {
  const before = { ...process.env };
  afterEach(() => {
    ignoreVariables(false);
    for (const name of Object.keys(RIGHT)) {
      delete process.env[name];
      if (before[name] !== undefined) process.env[name] = before[name];
    }
  });

  test("is refused by name when it says what it may not", () => {
    for (const name of Object.keys(WRONG) as Names)
      for (const text of WRONG[name]) {
        process.env[name] = text;
        const message = new RegExp(`^${name} must be .+, not '${text}'$`);
        assert.throws(() => variable(name), { code: "ERR_FORK_ARGUMENT", message });
      }
  });

  test("is refused where it would decide, with the same words", () => {
    process.env["DESKTOP_FORK_STRATEGY"] = "banana";
    const error = {
      code: "ERR_FORK_ARGUMENT",
      message: "DESKTOP_FORK_STRATEGY must be 'fork' or 'exec', not 'banana'",
    };
    assert.throws(() => chooseRuntime({}), error);
  });

  test("counts when it says what it may, and not when it is empty", () => {
    for (const [name, texts] of Object.entries(RIGHT))
      for (const text of ["", ...texts]) {
        process.env[name] = text;
        assert.equal(variable(name as keyof typeof RIGHT), text === "" ? undefined : text);
      }
  });

  test("is nothing where variables are ignored, not even wrong", () => {
    ignoreVariables(true);
    process.env["DESKTOP_FORK_STRATEGY"] = "banana";
    assert.equal(variable("DESKTOP_FORK_STRATEGY"), undefined);
  });
});
