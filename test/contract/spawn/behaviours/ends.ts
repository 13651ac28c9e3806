/** How a program is ended: signals, timeouts, aborts. */
import type { ChildProcess } from "node:child_process";
import { type EventEmitter, getEventListeners, once } from "node:events";
import { type Behaviour, story, thrown, untouched } from "../behaviour.js";

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

export const ends: Behaviour[] = [
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
];
