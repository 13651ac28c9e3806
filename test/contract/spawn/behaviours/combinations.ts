/** Arguments left out, or given as undefined or null, at every place. */
import type { ChildProcess } from "node:child_process";
import { type Api, type Behaviour, seenError, story } from "../behaviour.js";

const ARGS = ["a"];
const OPTIONS = { env: { PATH: process.env["PATH"], GIVEN: "1" } };
const HARMLESS = "echo";

/** What each letter of a combination stands for. */
const VALUES: Record<string, unknown> = { a: ARGS, o: OPTIONS, u: undefined, n: null, s: "string" };

const OF_SPAWN = ["", "a", "o", "u", "n", "s", "ao", "au", "an", "as", "uo", "no", "uu", "un", "nn", "oo"];
const OF_EXEC = ["", "o", "u", "n", "c", "oc", "uc", "nc", "ou", "on", "cu", "cn", "ss", "os", "cs"];
const OF_EXEC_FILE = [
  ...["", "a", "o", "c", "u", "n", "s"],
  ...["ao", "ac", "oc", "uo", "no", "au", "an", "ou", "on", "cu", "cn", "uc", "nc", "as", "os", "cs", "us", "ns"],
  ...["aoc", "uoc", "noc", "auc", "anc", "aou", "aon", "uuu", "uuc", "uou", "auu", "nnn", "nnc", "non", "ann"],
  ...["aos", "uus", "nns", "aus", "ans", "acs", "ocs"],
];

function combination(name: keyof Api, letters: string): Behaviour {
  return {
    name: `${name}(file${[...letters].map((letter) => `, ${letter === "c" ? "callback" : describe(VALUES[letter])}`).join("")})`,
    observe: async (api) => {
      let called: Promise<unknown> | undefined;
      const args = [...letters].map((letter) => {
        if (letter !== "c") return VALUES[letter];
        let callback: unknown;
        called = new Promise((resolve) => {
          callback = (error: unknown, ...output: unknown[]) => resolve([seenError(error), ...output]);
        });
        return callback;
      });
      try {
        const child: ChildProcess = Reflect.apply(api[name], undefined, [HARMLESS, ...args]);
        return [await story(child), await called];
      } catch (error) {
        return { thrown: seenError(error) };
      }
    },
  };
}

function describe(value: unknown): string {
  return value === OPTIONS ? "options" : String(JSON.stringify(value));
}

export const combinations: Behaviour[] = [
  ...OF_SPAWN.map((letters) => combination("spawn", letters)),
  ...OF_EXEC_FILE.map((letters) => combination("execFile", letters)),
  ...OF_EXEC.map((letters) => combination("exec", letters)),
  ...["shell", "cwd", "argv0", "uid", "detached", "timeout", "env", "stdio", "killSignal"].map(
    (option): Behaviour => ({
      name: `an option '${option}' that somebody gave all objects is none`,
      observe: async ({ spawn }) => {
        Object.defineProperty(Object.prototype, option, { value: 5, configurable: true, writable: true });
        try {
          const child = spawn(HARMLESS, ["a;b"], {});
          Reflect.deleteProperty(Object.prototype, option);
          return await story(child);
        } finally {
          Reflect.deleteProperty(Object.prototype, option);
        }
      },
    }),
  ),
];
