/** What the library reads of its environment: all variables of ours, in one place. docs/environment.md has them as a table. */

import { splitWords } from "./split-words.cjs";

/** What a variable may say: one of a few words, a number, or anything. */
const VARIABLES = {
  DESKTOP_FORK_STRATEGY: { expected: "'fork' or 'exec'", holds: (text: string) => text === "fork" || text === "exec" },
  DESKTOP_FORK_RUNTIME: { expected: "a path", holds: () => true },
  DESKTOP_FORK_CMD_PREFIX: {
    expected: "a command, with its quotes closed",
    holds: (text: string) => (splitWords(text)?.[0] ?? "") !== "",
  },
  DESKTOP_FORK_SPARES: { expected: "a whole number, 0 or more", holds: (text: string) => /^\d{1,4}$/.test(text) },
  DESKTOP_FORK_NO_ADDON: { expected: "0 or 1", holds: (text: string) => text === "0" || text === "1" },
} as const;

export type Variable = keyof typeof VARIABLES;

/** A variable that says what it may not. */
export class VariableError extends Error {
  override name = "VariableError";
}

let ignored = false;

/** A packaged app decides for itself: what its environment says of us is nothing to it. */
export function ignoreVariables(ignore: boolean): void {
  ignored = ignore;
}

/**
 * @returns undefined when it is not set, empty, or not to be heeded
 * @throws VariableError
 */
export function readVariable(name: Variable): string | undefined {
  const text = process.env[name];
  if (ignored || text === undefined || text === "") return undefined;
  const { expected, holds } = VARIABLES[name];
  if (!holds(text)) throw new VariableError(`${name} must be ${expected}, not '${text}'`);
  return text;
}

/** Why the addon is not even tried; undefined when it is. */
export function whyNoAddon(): Error | undefined {
  if (readVariable("DESKTOP_FORK_NO_ADDON") === "1") return new Error("DESKTOP_FORK_NO_ADDON is set");
  if (process.platform !== "linux") return new Error(`the addon is for Linux, this is ${process.platform}`);
  return undefined;
}
