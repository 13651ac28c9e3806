/** Arguments that child_process refuses: the same errors, and nothing is started. */
import { type Behaviour, thrown } from "../behaviour.js";

type Misuse = [what: string, ...args: unknown[]];

const FILES: Misuse[] = [
  ["no file"],
  ["a file that is null", null],
  ["a file that is a number", 42],
  ["a file that is an object", {}],
  ["an empty file", ""],
  ["a file with a NUL", "tr\0ue"],
];

const ARGS: Misuse[] = [
  ["args that are a string", "true", "-x"],
  ["args that are a number", "true", 1],
  ["args that are true", "true", true],
  ["an argument with a NUL", "true", ["a", "b\0"]],
  ["an argument with a NUL in a shell", "true", ["a\0b"], { shell: true }],
];

const OPTIONS: Misuse[] = [
  ["options that are null", "true", [], null],
  ["options that are a string", "true", [], "x"],
  ["options that are a number", "true", [], 1],
  ["options that are an array", "true", [], []],
  ["options that are a function", "true", [], () => {}],
  ...[1, true, [], {}, "a\0b", new URL("http://localhost/")].map(
    (cwd): Misuse => [`cwd ${show(cwd)}`, "true", { cwd }],
  ),
  ...["true", 1, {}].map((detached): Misuse => [`detached ${show(detached)}`, "true", { detached }]),
  ...["0", 1.5, Number.NaN, 2 ** 31, {}, true].flatMap((id): Misuse[] => [
    [`uid ${show(id)}`, "true", { uid: id }],
    [`gid ${show(id)}`, "true", { gid: id }],
  ]),
  ...[1, {}, [], "/bin/sh\0"].map((shell): Misuse => [`shell ${show(shell)}`, "true", { shell }]),
  ...[1, {}, true, "a\0"].map((argv0): Misuse => [`argv0 ${show(argv0)}`, "true", { argv0 }]),
  ...["true", 1].flatMap((flag): Misuse[] => [
    [`windowsHide ${show(flag)}`, "true", { windowsHide: flag }],
    [`windowsVerbatimArguments ${show(flag)}`, "true", { windowsVerbatimArguments: flag }],
  ]),
  ...[-1, 1.5, "1", Number.POSITIVE_INFINITY].map(
    (timeout): Misuse => [`timeout ${show(timeout)}`, "true", { timeout }],
  ),
  ...["SIGFOO", "", 0, 999, -1, 1.5, {}, true].map(
    (killSignal): Misuse => [`killSignal ${show(killSignal)}`, "true", { killSignal }],
  ),
  ...[null, {}, 1, "abort"].map((signal): Misuse => [`signal ${show(signal)}`, "true", { signal }]),
  ...["foo", 5, true, {}, ["foo"], [{}], [true], [Buffer.from("x")], [() => {}]].map(
    (stdio): Misuse => [`stdio ${show(stdio)}`, "true", { stdio }],
  ),
  ["stdio with a closed descriptor", "true", { stdio: ["ignore", "ignore", 98_765] }],
  ["two ipc channels", "true", { stdio: ["ipc", "ipc"] }],
  ["an ipc channel beside a word that is none", "true", { stdio: ["ipc", "foo"] }],
  ["an ipc channel beside a buffer", "true", { stdio: ["ipc", Buffer.from("x")] }],
  ["a name of a variable with a NUL", "true", { env: { "A\0B": "x" } }],
  ["a variable with a NUL", "true", { env: { A: "x\0" } }],
  ["a variable that is a symbol", "true", { env: { A: Symbol("x") } }],
  ["a cwd that is a URL with a host", "true", { cwd: new URL("file://host/usr") }],
  ["a cwd that is a URL with an encoded slash", "true", { cwd: new URL("file:///usr%2Fbin") }],
  ["serialization unknown", "true", { serialization: "xml" }],
];

const EXEC_FILE: Misuse[] = [
  ["no file"],
  ["a file that is a number", 1],
  ["args that are a string", "true", "x"],
  ["options that are a string", "true", [], "x"],
  ["options that are an array", "true", [], []],
  ["a callback that is a string", "true", [], {}, "x"],
  ["a callback that is an object", "true", [], {}, {}],
  ...[-1, "1", Number.NaN, {}].map((maxBuffer): Misuse => [`maxBuffer ${show(maxBuffer)}`, "true", { maxBuffer }]),
  ...[-1, 1.5, "1"].map((timeout): Misuse => [`timeout ${show(timeout)}`, "true", { timeout }]),
  ...["SIGFOO", {}, 999].map((killSignal): Misuse => [`killSignal ${show(killSignal)}`, "true", { killSignal }]),
  ["a signal that is a string", "true", { signal: "abort" }],
  ["a signal that is an object", "true", { signal: {} }],
  ["an argv0 that is a number", "true", { argv0: 1 }],
  ["a cwd that is a number", "true", { cwd: 1 }],
  ["a shell that is a number", "true", { shell: 1 }],
];

const EXEC: Misuse[] = [
  ["no command"],
  ["a command that is a number", 1],
  ["an empty command", ""],
  ["a command with a NUL", "tr\0ue"],
  ["a timeout of -1", "true", { timeout: -1 }],
  ["a callback that is a string", "true", {}, "x"],
];

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value)).replace("\0", "\\0");
}

function refusals(name: "spawn" | "exec" | "execFile", misuses: readonly Misuse[]): Behaviour[] {
  return misuses.map(([what, ...args]) => ({
    name: `${name}() refuses ${what}`,
    observe: (api) => thrown(() => Reflect.apply(api[name], undefined, args)),
  }));
}

export const misuse: Behaviour[] = [
  ...refusals("spawn", [...FILES, ...ARGS, ...OPTIONS]),
  ...refusals("execFile", EXEC_FILE),
  ...refusals("exec", EXEC),
  {
    name: 'stdio "ipc" is refused',
    differs: '`stdio: "ipc"`',
    observe: ({ spawn }) => thrown(() => spawn("true", { stdio: ["ignore", "ignore", "ignore", "ipc"] })),
  },
];
