/** stdio in all its forms. */
import { once } from "node:events";
import net from "node:net";
import type { Duplex, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { type Behaviour, story, untouched } from "../behaviour.js";

const SHAPES: unknown[] = [
  undefined,
  null,
  "pipe",
  "overlapped",
  "ignore",
  "inherit",
  [],
  ["pipe"],
  [undefined, null, "pipe"],
  ["ignore", "overlapped", "ignore"],
  ["pipe", "inherit", 2],
  ["ignore", "ignore", "ignore", "pipe", "ignore", null, "overlapped"],
  [-1, -1, "ignore"],
];

export const streams: Behaviour[] = [
  ...SHAPES.map(
    (stdio): Behaviour => ({
      name: `stdio ${JSON.stringify(stdio)}: which streams there are`,
      observe: async ({ spawn }) => {
        const child = spawn("true", { stdio: stdio as never });
        const shape = (stream: unknown) =>
          stream instanceof net.Socket ? { readable: stream.readable, writable: stream.writable } : stream;
        const shapes = {
          stdin: shape(child.stdin),
          stdout: shape(child.stdout),
          stderr: shape(child.stderr),
          stdio: child.stdio.map(shape),
          same: child.stdio[0] === child.stdin && child.stdio[1] === child.stdout && child.stdio[2] === child.stderr,
        };
        await once(child, "close");
        return shapes;
      },
    }),
  ),
  {
    name: "what is written to stdin arrives, and end() is its end",
    observe: ({ spawn }) => {
      const child = spawn("cat");
      child.stdin.write("one ");
      child.stdin.write(Buffer.from("two "));
      child.stdin.end("three");
      return story(child);
    },
  },
  {
    name: "a stdin that nobody touches stays open until the program ends",
    observe: ({ spawn }) => story(spawn("sh", ["-c", "read -t 0.2 x || read x <&- 2>/dev/null; echo went on"])),
  },
  {
    name: "output of 3 MB arrives whole",
    observe: async ({ spawn }) => {
      const { stdout, events } = await story(spawn("sh", ["-c", "head -c 3000000 /dev/zero | tr '\\0' x"]));
      return [stdout?.length, stdout?.replaceAll("x", ""), events];
    },
  },
  {
    name: "stdin of 3 MB arrives whole",
    observe: ({ spawn }) => {
      const child = spawn("wc", ["-c"]);
      child.stdin.end(Buffer.alloc(3_000_000));
      return story(child);
    },
  },
  {
    name: "stdout and stderr are told apart",
    observe: ({ spawn }) => story(spawn("sh", ["-c", "echo out; echo err >&2"])),
  },
  {
    name: "streams have an encoding",
    observe: async ({ spawn }) => {
      const child = spawn("printf", ["äöü"]);
      child.stdout.setEncoding("hex");
      return (await story(child)).stdout;
    },
  },
  {
    name: "a pipe beyond the third goes both ways",
    observe: async ({ spawn }) => {
      const child = spawn("sh", ["-c", 'read line <&3; echo "got $line" >&3'], {
        stdio: ["ignore", "ignore", "inherit", "pipe"],
      });
      const pipe = child.stdio[3] as Duplex;
      pipe.write("hello\n");
      return Promise.all([text(pipe), untouched(child)]);
    },
  },
  {
    name: "a pipeline of three programs, by pipe()",
    observe: async ({ spawn }) => {
      const numbers = spawn("seq", ["1", "5000"], { stdio: ["ignore", "pipe", "inherit"] });
      const filter = spawn("grep", ["7$"], { stdio: ["pipe", "pipe", "inherit"] });
      const count = spawn("wc", ["-l"], { stdio: ["pipe", "pipe", "inherit"] });
      numbers.stdout.pipe(filter.stdin);
      filter.stdout.pipe(count.stdin);
      return story(count);
    },
  },
  {
    name: "output can be read when it is readable",
    observe: async ({ spawn }) => {
      const child = spawn("sh", ["-c", "echo one; sleep 0.05; echo two"], { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      child.stdout.on("readable", () => {
        for (let data = child.stdout.read(); data !== null; data = child.stdout.read()) said += data;
      });
      const ended = once(child.stdout, "end");
      await Promise.all([ended, once(child, "close")]);
      return [said, child.stdout.destroyed, child.stdout.readableEnded];
    },
  },
  {
    name: "the state of the streams after the end",
    observe: async ({ spawn }) => {
      const child = spawn("cat");
      const seen: string[] = [];
      for (const name of ["stdin", "stdout", "stderr"] as const)
        for (const event of ["end", "finish", "close", "error"])
          child[name].on(event, () => seen.push(`${name} ${event}`));
      child.stdout.resume();
      child.stderr.resume();
      child.stdin.end("x");
      // Whether standard input closes before or after that is anybody's guess.
      await Promise.all([once(child, "close"), once(child.stdin, "close")]);
      return [seen.sort(), child.stdio.map((stream) => stream?.destroyed)];
    },
  },
  {
    name: "streams of a program that is killed end",
    observe: async ({ spawn }) => {
      const child = spawn("cat");
      const seen: string[] = [];
      for (const name of ["stdout", "stderr"] as const)
        for (const event of ["end", "close", "error"]) child[name].on(event, () => seen.push(`${name} ${event}`));
      child.stdout.resume();
      child.stderr.resume();
      child.once("spawn", () => child.kill());
      await once(child, "close");
      return seen.sort();
    },
  },
  {
    name: "writing to a program that does not read is an EPIPE error of stdin",
    observe: async ({ spawn }) => {
      const child = spawn("sh", ["-c", "exec <&-; echo closed; exec sleep 60"]);
      await once(child.stdout, "data");
      const failed = once(child.stdin as Writable, "error");
      child.stdin.write("x");
      const [error] = await failed;
      child.kill();
      await once(child, "close");
      return (error as NodeJS.ErrnoException).code;
    },
  },
  {
    name: "a destroyed stdout is closed for the program",
    observe: async ({ spawn }) => {
      const child = spawn("sh", ["-c", "read x; echo y || echo failed >&2"], { stdio: ["pipe", "pipe", "pipe"] });
      await once(child, "spawn");
      child.stdout.destroy();
      child.stdin.end("\n");
      const [said] = await Promise.all([text(child.stderr), once(child, "close")]);
      return /failed/.test(said) || child.signalCode;
    },
  },
];
