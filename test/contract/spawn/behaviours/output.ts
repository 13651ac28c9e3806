/** execFile() and exec(). */
import { once } from "node:events";
import { promisify } from "node:util";
import { type Api, type Behaviour, seenError, thrown } from "../behaviour.js";

type Arguments = [file: string, ...others: unknown[]];

/** Calls back what the callback gets. */
function called(work: Api["exec"] | Api["execFile"], ...args: Arguments): Promise<unknown> {
  return new Promise((resolve) => {
    Reflect.apply(work, undefined, [
      ...args,
      (error: unknown, stdout: unknown, stderr: unknown) => resolve([seenError(error), stdout, stderr]),
    ]);
  });
}

function file(name: string, ...args: Arguments): Behaviour {
  return { name: `execFile: ${name}`, observe: ({ execFile }) => called(execFile, ...args) };
}

function command(name: string, ...args: Arguments): Behaviour {
  return { name: `exec: ${name}`, observe: ({ exec }) => called(exec, ...args) };
}

const BOTH = "printf 'äöü'; printf err >&2";
/** One octet and many characters of two: a pipe's pieces, of a power of two, end in the middle of one. */
const SPLIT = `awk 'BEGIN { printf "x"; for (i = 0; i < 70000; i++) printf "ä" }'`;

export const output: Behaviour[] = [
  file("a program alone", "true"),
  file("arguments", "echo", ["a", "b c"]),
  file("options without arguments", "pwd", { cwd: "/usr" }),
  file("arguments that are undefined", "echo", undefined),
  file("arguments and options that are null", "echo", null, null),
  file("both outputs", "sh", ["-c", BOTH]),
  ...["utf8", "latin1", "hex", "buffer", "no such encoding", null, undefined, 7].map((encoding) =>
    file(`encoding ${encoding}`, "sh", ["-c", BOTH], { encoding }),
  ),
  ...["utf8", "latin1", "buffer"].flatMap((encoding) => [
    file(`encoding ${encoding} of characters in pieces`, "sh", ["-c", SPLIT], { encoding }),
    command(`encoding ${encoding} of characters in pieces`, SPLIT, { encoding }),
    command(`encoding ${encoding} of an incomplete character`, "printf '\\303'", { encoding }),
  ]),
  file("a code", "sh", ["-c", "echo out; echo err >&2; exit 9"]),
  file("a signal", "sh", ["-c", "kill -TERM $$"]),
  file("a program that does not exist", "no-such-program", ["a"]),
  file("a shell", "echo $0 $((1+1))", { shell: true }),
  file("a timeout", "sleep", ["60"], { timeout: 50 }),
  file("a timeout with killSignal", "sleep", ["60"], { timeout: 50, killSignal: "SIGKILL" }),
  file("an environment", "sh", ["-c", "echo $A"], { env: { A: "alpha" } }),
  ...[0, 1, 5, 6, Number.POSITIVE_INFINITY, undefined, null].map((maxBuffer) =>
    file(`maxBuffer ${maxBuffer}`, "sh", ["-c", "printf 12345"], { maxBuffer }),
  ),
  file("maxBuffer of stderr", "sh", ["-c", "printf 12345 >&2"], { maxBuffer: 3 }),
  file("maxBuffer in octets", "sh", ["-c", "printf 12345"], { maxBuffer: 3, encoding: "buffer" }),
  file("maxBuffer of characters with more than one octet", "printf", ["äöüäöü"], { maxBuffer: 5 }),
  file("the default of maxBuffer", "sh", ["-c", "head -c 1048577 /dev/zero | tr '\\0' x"]),
  file("much output within maxBuffer", "sh", ["-c", "head -c 1048576 /dev/zero | tr '\\0' x"]),
  file("a signal that has come", "sleep", ["60"], { signal: AbortSignal.abort() }),
  file("a signal that comes", "sleep", ["60"], { signal: AbortSignal.timeout(50) }),
  {
    name: "execFile: an encoding that was set on a stream",
    observe: ({ execFile }) =>
      new Promise((resolve) => {
        const child = execFile("echo", ["a"], { encoding: "buffer" }, (_error, stdout) => resolve(stdout));
        child.stdout?.setEncoding("hex");
      }),
  },
  {
    name: "execFile: no callback",
    observe: async ({ execFile }) => once(execFile("sh", ["-c", "exit 3"]), "close"),
  },
  {
    name: "execFile: a child that was killed",
    observe: ({ execFile }) =>
      new Promise((resolve) => {
        const child = execFile("sleep", ["60"], (error, stdout) => resolve([seenError(error), stdout]));
        child.once("spawn", () => child.kill());
      }),
  },
  {
    name: "execFile: stdin can be written to",
    observe: ({ execFile }) =>
      new Promise((resolve) => {
        execFile("cat", (_error, stdout) => resolve(stdout)).stdin?.end("through");
      }),
  },

  command("a command", "echo $0 | tr a-z A-Z"),
  command("options", "pwd", { cwd: "/usr", env: { A: "1" } }),
  command("a shell", "echo $BASH", { shell: "/bin/bash" }),
  command("an empty shell", "echo $0", { shell: "" }),
  command("shell false is a shell", "echo $((1+1))", { shell: false }),
  command("a code", "echo out; exit 7"),
  command("a command that does not exist", "no-such-program"),
  command("a shell that does not exist", "true", { shell: "/nowhere/sh" }),
  command("a timeout", "sleep 60", { timeout: 50 }),
  command("maxBuffer", "printf 12345", { maxBuffer: 2 }),
  command("an encoding", "printf x", { encoding: "buffer" }),
  command("options that are null", "echo x", null),

  {
    name: "promisify(execFile)",
    observe: async ({ execFile }) => {
      const promise = promisify(execFile)("echo", ["a"]);
      return [typeof promise.child.kill, await promise];
    },
  },
  {
    name: "promisify(execFile) of a failure",
    observe: ({ execFile }) =>
      promisify(execFile)("sh", ["-c", "echo out; echo err >&2; exit 2"]).catch((error: unknown) => seenError(error)),
  },
  {
    name: "promisify(exec)",
    observe: async ({ exec }) => {
      const promise = promisify(exec)("echo a; echo b >&2", { encoding: "buffer" });
      return [typeof promise.child.pid === "number" || promise.child.pid === undefined, await promise];
    },
  },
  {
    name: "promisify(exec) of a failure",
    observe: ({ exec }) => promisify(exec)("exit 5").catch((error: unknown) => seenError(error)),
  },
  {
    name: "promisify(exec) with a signal",
    observe: ({ exec }) => promisify(exec)("sleep 60", { signal: AbortSignal.abort() }).catch(seenError),
  },
  {
    name: "exec: a kill() that throws",
    observe: ({ exec }) =>
      new Promise((resolve) => {
        const child = exec("printf 12345; exec sleep 60", { maxBuffer: 2 }, (error, stdout) => {
          resolve([seenError(error), stdout]);
        });
        const { kill } = child;
        child.kill = () => {
          kill.call(child, "SIGKILL");
          throw new Error("no kill");
        };
      }),
  },
  {
    name: "promisify(execFile) refuses what execFile does",
    observe: async ({ execFile }) => {
      try {
        return await promisify(execFile)(5 as never);
      } catch (error) {
        return seenError(error);
      }
    },
  },
  ...(["exec", "execFile"] as const).map(
    (name): Behaviour => ({
      name: `promisify(${name}) throws for a signal that is none`,
      observe: (api) =>
        thrown(() => {
          const promise = promisify(api[name] as Api["exec"])("true", { signal: "abort" } as never);
          promise.catch(() => {});
          return promise.child;
        }),
    }),
  ),
  {
    name: "names and promisify's own",
    observe: ({ exec, execFile }) => [
      exec.name,
      execFile.name,
      Object.getOwnPropertyDescriptor(exec, promisify.custom)?.enumerable,
      typeof Reflect.get(execFile, promisify.custom),
    ],
  },
];
