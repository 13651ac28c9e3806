/** stdio in all its forms. */
import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import type { Duplex, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { type Behaviour, seenError, story, untouched } from "../behaviour.js";

function temporaryFile(): string {
  return path.join(fs.mkdtempSync(path.join(os.tmpdir(), "spawn-")), "file");
}

function remove(file: string): void {
  fs.rmSync(path.dirname(file), { recursive: true });
}

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
    name: "a descriptor of a file",
    observe: async ({ spawn }) => {
      const file = temporaryFile();
      const fd = fs.openSync(file, "w");
      await untouched(spawn("sh", ["-c", "echo out; echo err >&2"], { stdio: ["ignore", fd, fd] }));
      fs.closeSync(fd);
      const said = fs.readFileSync(file, "utf8");
      remove(file);
      return said;
    },
  },
  {
    name: "a file that is closed right after the call",
    observe: async ({ spawn }) => {
      const file = temporaryFile();
      const fd = fs.openSync(file, "w");
      const child = spawn("sh", ["-c", "echo out"], { stdio: ["ignore", fd, "inherit"] });
      fs.closeSync(fd);
      await untouched(child);
      const said = fs.readFileSync(file, "utf8");
      remove(file);
      return said;
    },
  },
  {
    name: "an open file stream",
    observe: async ({ spawn }) => {
      const file = temporaryFile();
      const stream = fs.createWriteStream(file);
      await once(stream, "open");
      await untouched(spawn("echo", ["to the stream"], { stdio: ["ignore", stream, "inherit"] }));
      stream.end();
      await once(stream, "close");
      const said = fs.readFileSync(file, "utf8");
      remove(file);
      return said;
    },
  },
  {
    name: "a file stream that is not open yet is refused",
    observe: async ({ spawn }) => {
      const stream = fs.createReadStream("/dev/null");
      try {
        spawn("true", { stdio: [stream, "ignore", "ignore"] });
        return "started";
      } catch (error) {
        return (seenError(error) as { code: string }).code;
      } finally {
        stream.destroy();
        await once(stream, "close");
      }
    },
  },
  {
    name: "a stream without a descriptor is refused",
    observe: ({ spawn }) => {
      try {
        spawn("true", { stdio: [new EventEmitter() as never, "ignore", "ignore"] });
        return "started";
      } catch (error) {
        return (seenError(error) as { code: string }).code;
      }
    },
  },
  {
    name: "a socket becomes a program's, in both directions",
    observe: async ({ spawn }) => {
      const server = net.createServer((socket) => {
        const child = spawn("sh", ["-c", 'read line; echo "served $line"'], { stdio: [socket, socket, "inherit"] });
        child.on("exit", () => socket.destroy());
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const client = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
      client.write("client\n");
      const said = await text(client);
      server.close();
      await once(server, "close");
      return said;
    },
  },
  {
    name: "one program's stdout is another's stdin",
    observe: async ({ spawn }) => {
      const first = spawn("sh", ["-c", "seq 1 100000"], { stdio: ["ignore", "pipe", "inherit"] });
      const second = spawn("sh", ["-c", "sort -n | tail -1"], { stdio: [first.stdout, "pipe", "inherit"] });
      const [said] = await Promise.all([text(second.stdout as never), once(first, "exit"), once(second, "close")]);
      first.stdout.destroy();
      return said;
    },
  },
  {
    name: "inherited descriptors are this program's own",
    observe: async ({ spawn }) => {
      const script = "for i in 0 1 2; do readlink /proc/$$/fd/$i; done >&3";
      const child = spawn("sh", ["-c", script], { stdio: ["inherit", "inherit", "inherit", "pipe"] });
      const said = await text(child.stdio[3] as Duplex);
      return said
        .trim()
        .split("\n")
        .map((file, fd) => file === fs.readlinkSync(`/proc/self/fd/${fd}`));
    },
  },
  {
    name: "a descriptor's number may be any other's place",
    observe: async ({ spawn }) => {
      const file = temporaryFile();
      const fds = [fs.openSync(file, "w"), fs.openSync("/dev/null", "r"), fs.openSync("/dev/zero", "r")];
      const [a, b, c] = fds as [number, number, number];
      const child = spawn("sh", ["-c", "for i in 3 4 5 6; do readlink /proc/$$/fd/$i; done"], {
        stdio: ["ignore", a, 2, b, 2, 1, c],
      });
      await untouched(child);
      const said = fs.readFileSync(file, "utf8").split("\n");
      for (const fd of fds) fs.closeSync(fd);
      const expected = ["/dev/null", ...[2, 1].map((fd) => fs.readlinkSync(`/proc/self/fd/${fd}`)), "/dev/zero"];
      remove(file);
      return expected.map((name, i) => name === said[i]);
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
      await once(child, "close");
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
