/** Files, sockets and streams of this program that a program is given as its own. */
import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { type Behaviour, seenError, untouched } from "../behaviour.js";

function temporaryFile(): string {
  return path.join(fs.mkdtempSync(path.join(os.tmpdir(), "spawn-")), "file");
}

function remove(file: string): void {
  fs.rmSync(path.dirname(file), { recursive: true });
}

export const descriptors: Behaviour[] = [
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
];
