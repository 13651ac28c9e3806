/** Events and their order, and what can be seen of a program. */
import { AsyncLocalStorage } from "node:async_hooks";
import { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { EventEmitter, once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { type Behaviour, seenError, story, untouched } from "../behaviour.js";

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
      const child = spawn("sh", ["-c", "(read gate; echo late) <&0 & echo early"], {
        stdio: ["pipe", "pipe", "ignore"],
      });
      const order: string[] = [];
      child.stdout.on("data", (data: Buffer) => order.push(String(data)));
      child.on("exit", () => {
        order.push("exit");
        child.stdin.end("\n");
      });
      await once(child, "close");
      return [
        order
          .filter((entry) => entry !== "exit")
          .join("")
          .split("\n")
          .sort(),
        order.includes("exit"),
      ];
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

  {
    name: "data comes in the context of the call, whoever asks for the stream",
    observe: async ({ spawn }) => {
      const storage = new AsyncLocalStorage<string>();
      const child = storage.run("inside", () => spawn("echo", ["x"]));
      const seen: unknown[] = [];
      storage.run("outside", () => child.stdout.on("data", () => seen.push(storage.getStore())));
      await once(child, "close");
      return seen;
    },
  },

  {
    name: "the streams are properties like any other: wrappers put streams of their own there",
    observe: async ({ spawn }) => {
      const child = spawn("cat");
      const { stdin, stdio } = child;
      const own = new PassThrough();
      const wrapped = Object.assign(child as unknown as Record<string, unknown>, {
        stdin: own,
        stdout: own,
        stderr: 5,
      });
      stdin.end();
      const same = [stdio === child.stdio, stdio[0] === stdin, wrapped["stdin"] === own, wrapped["stdout"] === own];
      wrapped["stdio"] = [own];
      await once(child, "close");
      return [...same, wrapped["stderr"], (wrapped["stdio"] as unknown[]).length];
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
