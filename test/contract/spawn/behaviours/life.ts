/** Events, their order, and how a program is ended. */
import { AsyncLocalStorage } from "node:async_hooks";
import { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { EventEmitter, getEventListeners, once } from "node:events";
import { text } from "node:stream/consumers";
import { type Behaviour, seenError, story, thrown, untouched } from "../behaviour.js";

/** Runs until it is killed, and says when it is there. */
const SLEEPER = ["-c", "echo ready; exec sleep 60"];

async function sleeping(spawn: Parameters<Behaviour["observe"]>[0]["spawn"], options: object = {}) {
  const child = spawn("sh", SLEEPER, { ...options, stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout as NodeJS.ReadableStream & EventEmitter, "data");
  return child;
}

async function aborted(child: ChildProcess): Promise<unknown> {
  const { events } = await story(child);
  return events;
}

export const life: Behaviour[] = [
  { name: "events of a program that ends well", observe: ({ spawn }) => story(spawn("true")) },
  { name: "events of a program that ends with a code", observe: ({ spawn }) => story(spawn("sh", ["-c", "exit 42"])) },
  {
    name: "events of a program that a signal ends",
    observe: ({ spawn }) => story(spawn("sh", ["-c", "kill -9 $$"])),
  },
  { name: "events with streams that nobody touches", observe: ({ spawn }) => untouched(spawn("echo", ["unread"])) },
  {
    name: "events with much output that nobody reads",
    observe: ({ spawn }) => untouched(spawn("sh", ["-c", "head -c 100000 /dev/zero; exit 3"])),
  },
  { name: "events without streams", observe: ({ spawn }) => untouched(spawn("true", { stdio: "ignore" })) },
  {
    name: "no data comes before spawn",
    observe: async ({ spawn }) => {
      const seen: string[] = [];
      for (let i = 0; i < 20; i++) {
        const child = spawn("echo", ["x"]);
        child.on("spawn", () => seen.push("spawn"));
        child.stdout.on("data", () => seen.push("data"));
        await once(child, "close");
      }
      return seen;
    },
  },
  {
    name: "close comes when others have closed the streams too",
    observe: async ({ spawn }) => {
      const child = spawn("sh", ["-c", "(sleep 0.3; echo late) & echo early"], { stdio: ["ignore", "pipe", "ignore"] });
      const order: string[] = [];
      child.stdout.on("data", (data: Buffer) => order.push(String(data)));
      child.on("exit", () => order.push("exit"));
      await once(child, "close");
      return [order.at(-1), order.includes("exit")];
    },
  },
  {
    name: "a listener of exit can still read everything",
    observe: async ({ spawn }) => {
      const child = spawn("echo", ["kept"]);
      await new Promise<void>((resolve) => child.on("exit", () => resolve(void child.stdout.on("data", () => {}))));
      const again = spawn("echo", ["kept"]);
      return new Promise((resolve) => again.on("exit", () => resolve(text(again.stdout))));
    },
  },
  {
    name: "the properties before, while, and after",
    observe: async ({ spawn }) => {
      const child = spawn("sh", ["-c", "read x; exit 5"]);
      const look = () => {
        const { exitCode, signalCode, killed, connected, spawnfile, spawnargs } = child;
        return { exitCode, signalCode, killed, connected, spawnfile, spawnargs, channel: child.channel };
      };
      const before = look();
      await once(child, "spawn");
      const running = [look(), typeof child.pid];
      child.stdin.end("\n");
      await once(child, "close");
      return { before, running, after: look(), pid: typeof child.pid };
    },
  },
  {
    name: "the pid right after the call",
    differs: "`pid`",
    observe: async ({ spawn }) => {
      const child = spawn("true");
      const { pid } = child;
      await once(child, "close");
      return typeof pid;
    },
  },
  {
    name: "what kind of object it is",
    observe: async ({ spawn }) => {
      const child = spawn("true");
      await once(child, "close");
      const methods = ["kill", "ref", "unref", "send", "disconnect", "on"] as const;
      return [
        child instanceof ChildProcess,
        child instanceof EventEmitter,
        methods.map((name) => typeof child[name]),
        typeof child[Symbol.dispose],
        spawn.name,
      ];
    },
  },
  {
    name: "the channel child_process learns of it",
    observe: async ({ spawn }) => {
      const told: unknown[] = [];
      const learn = (message: unknown) => told.push((message as { process: unknown }).process);
      subscribe("child_process", learn);
      const child = spawn("true");
      unsubscribe("child_process", learn);
      await once(child, "close");
      return [told.length, told[0] === child];
    },
  },
  {
    name: "listeners run in the context of the call",
    observe: async ({ spawn }) => {
      const storage = new AsyncLocalStorage<string>();
      const child = storage.run("inside", () => spawn("echo", ["x"]));
      const seen: unknown[] = [];
      for (const event of ["spawn", "exit", "close"]) child.on(event, () => seen.push([event, storage.getStore()]));
      child.stdout.resume();
      await once(child, "close");
      return seen;
    },
  },

  ...(["SIGTERM", "SIGKILL", "sigint", 1, undefined] as const).map(
    (signal): Behaviour => ({
      name: `kill(${JSON.stringify(signal)})`,
      observe: async ({ spawn }) => {
        const child = await sleeping(spawn);
        const result = [child.kill(signal as NodeJS.Signals), child.killed];
        return [result, await untouched(child), child.kill(), child.killed, child.exitCode, child.signalCode];
      },
    }),
  ),
  {
    name: "kill(0) only asks",
    observe: async ({ spawn }) => {
      const child = await sleeping(spawn);
      const alive = child.kill(0);
      child.kill("SIGKILL");
      await once(child, "close");
      return [alive, child.kill(0)];
    },
  },
  {
    name: "a signal that the program ignores",
    observe: async ({ spawn }) => {
      const child = spawn("sh", ["-c", "trap '' TERM; echo ready; read x; exit 6"]);
      await once(child.stdout, "data");
      const sent = child.kill();
      child.stdin.end("\n");
      return [sent, child.killed, await untouched(child)];
    },
  },
  ...["SIGFOO", "", "kill", 999, -1, 1.5, null, {}, true].map(
    (signal): Behaviour => ({
      name: `kill(${JSON.stringify(signal)}) is refused`,
      observe: async ({ spawn }) => {
        const child = await sleeping(spawn);
        const refused = thrown(() => {
          child.kill(signal as never);
          return child;
        });
        child.kill("SIGKILL");
        await once(child, "close");
        return refused;
      },
    }),
  ),
  {
    name: "a child that is killed right after the call is ended by the signal",
    observe: async ({ spawn }) => {
      const child = spawn("sleep", ["60"], { stdio: "ignore" });
      const sent = child.kill("SIGKILL");
      return [sent, child.killed, await untouched(child)];
    },
  },
  {
    name: "disposing of it kills",
    observe: async ({ spawn }) => {
      const child = await sleeping(spawn);
      child[Symbol.dispose]();
      return [child.killed, await untouched(child)];
    },
  },

  {
    name: "a timeout ends the program",
    observe: ({ spawn }) => story(spawn("sleep", ["60"], { timeout: 50 })),
  },
  {
    name: "a timeout ends the program with killSignal",
    observe: ({ spawn }) => story(spawn("sleep", ["60"], { timeout: 50, killSignal: "SIGHUP" })),
  },
  {
    name: "a timeout that is not reached",
    observe: ({ spawn }) => story(spawn("true", { timeout: 20_000 })),
  },
  {
    name: "abort before the call",
    observe: ({ spawn }) => aborted(spawn("sleep", ["60"], { signal: AbortSignal.abort() })),
  },
  {
    name: "abort in the turn of the call",
    differs: "an abort before `spawn`",
    observe: ({ spawn }) => {
      const controller = new AbortController();
      const child = spawn("sleep", ["60"], { signal: controller.signal });
      queueMicrotask(() => controller.abort());
      return aborted(child);
    },
  },
  {
    name: "abort with a reason, and a signal of its own",
    observe: async ({ spawn }) => {
      const controller = new AbortController();
      const child = spawn("sleep", ["60"], { signal: controller.signal, killSignal: "SIGKILL" });
      child.once("spawn", () => controller.abort(new Error("enough")));
      return aborted(child);
    },
  },
  {
    name: "nothing listens to a signal any more after the end",
    observe: async ({ spawn }) => {
      const { signal } = new AbortController();
      const child = spawn("true", { signal });
      const before = getEventListeners(signal, "abort").length;
      await aborted(child);
      return [before, getEventListeners(signal, "abort").length];
    },
  },
  {
    name: "ref() and unref() return nothing, and can be called at any time",
    observe: async ({ spawn }) => {
      const child = spawn("true");
      const results = [child.unref(), child.ref()];
      await once(child, "close");
      return [...results, child.unref(), child.ref()];
    },
  },
  {
    name: "abort after the end",
    observe: async ({ spawn }) => {
      const controller = new AbortController();
      const child = spawn("true", { signal: controller.signal });
      const events = await aborted(child);
      controller.abort();
      return [events, child.killed];
    },
  },
  {
    name: "abort of a program that does not exist",
    observe: ({ spawn }) => aborted(spawn("no-such-program", { signal: AbortSignal.abort() })),
  },
  {
    name: "an error without a listener is thrown",
    observe: async ({ spawn }) => {
      const caught = new Promise((resolve) => process.setUncaughtExceptionCaptureCallback(resolve));
      spawn("no-such-program");
      const error = await caught;
      process.setUncaughtExceptionCaptureCallback(null);
      return seenError(error);
    },
  },
];
