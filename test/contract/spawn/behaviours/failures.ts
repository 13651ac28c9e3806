/** Programs that can't be started. */

import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { closed } from "../../../support/closed.js";
import { type Api, type Behaviour, story } from "../behaviour.js";

const THROWN = "what child_process throws once it has tried";

/** A folder with files that are no programs, or strange ones. */
async function inWorkshop<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "spawn-"));
  try {
    writeFileSync(path.join(folder, "plain"), "#!/bin/sh\necho plain\n", { mode: 0o644 });
    writeFileSync(path.join(folder, "bare"), "echo bare $1 $0 | sed 's#/.*/##'\n", { mode: 0o755 });
    writeFileSync(path.join(folder, "orphan"), "#!/nowhere/interpreter\n", { mode: 0o755 });
    mkdirSync(path.join(folder, "bin"));
    mkdirSync(path.join(folder, "empty"));
    writeFileSync(path.join(folder, "bin", "plain"), "#!/bin/sh\necho found $0 | sed 's#/.*/##'\n", { mode: 0o755 });
    symlinkSync("loop", path.join(folder, "loop"));
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function started(
  name: string,
  start: (api: Api, folder: string) => ReturnType<Api["spawn"]>,
  differs?: string,
): Behaviour {
  return {
    name,
    ...(differs === undefined ? {} : { differs }),
    observe: (api) =>
      inWorkshop(async (folder) => {
        try {
          const seen = await story(start(api, folder));
          return JSON.parse(JSON.stringify(seen).replaceAll(folder, "…"));
        } catch (error) {
          const { code, syscall, message } = error as NodeJS.ErrnoException;
          return { thrown: { code, syscall, message: message.replaceAll(folder, "…") } };
        }
      }),
  };
}

const LONG_ARGUMENT = "x".repeat(200_000);

export const failures: Behaviour[] = [
  started("a missing file is an ENOENT error", ({ spawn }) => spawn("no-such-program", ["a", "b"])),
  started("a missing path is an ENOENT error", ({ spawn }, folder) => spawn(path.join(folder, "missing"))),
  started("a missing cwd is an ENOENT error", ({ spawn }) => spawn("true", { cwd: "/nowhere" })),
  started("a cwd that is a file is an ENOTDIR error", ({ spawn }) => spawn("true", { cwd: "/etc/passwd" }), THROWN),
  started("a file without its run bit is an EACCES error", ({ spawn }, folder) => spawn(path.join(folder, "plain"))),
  started("a folder is an EACCES error", ({ spawn }, folder) => spawn(folder)),
  started("a script with a missing interpreter is an ENOENT error", ({ spawn }, folder) =>
    spawn(path.join(folder, "orphan")),
  ),
  started("a script without its first line is run by sh", ({ spawn }, folder) =>
    spawn(path.join(folder, "bare"), ["argument"]),
  ),
  started("too long an argument is an E2BIG error", ({ spawn }) => spawn("true", [LONG_ARGUMENT]), THROWN),
  started("too long a name is an ENAMETOOLONG error", ({ spawn }) => spawn("x".repeat(300)), THROWN),
  started("a loop of links is an ELOOP error", ({ spawn }, folder) => spawn(path.join(folder, "loop")), THROWN),
  started("a path through a file is an ENOTDIR error", ({ spawn }) => spawn("/etc/passwd/x"), THROWN),
  started("an impossible user is an EINVAL error", ({ spawn }) => spawn("true", { uid: -1 }), THROWN),
  started("the program is searched for in the PATH of its own environment", ({ spawn }, folder) =>
    spawn("plain", { env: { PATH: `/nowhere:${folder}/empty:${folder}/bin` } }),
  ),
  started("the search passes by what can't be run", ({ spawn }, folder) =>
    spawn("plain", { env: { PATH: `${folder}:${folder}/bin` } }),
  ),
  started("what can't be run is an EACCES error when nothing else is found", ({ spawn }, folder) =>
    spawn("plain", { env: { PATH: `${folder}:${folder}/empty` } }),
  ),
  started("an empty part of PATH is the working directory", ({ spawn }, folder) =>
    spawn("plain", { env: { PATH: ":/nowhere" }, cwd: path.join(folder, "bin") }),
  ),
  started("without PATH the usual folders are searched", ({ spawn }) => spawn("echo", ["usual"], { env: {} })),
  started("a relative path counts from the program's cwd", ({ spawn }, folder) =>
    spawn("./bin/plain", { cwd: folder }),
  ),
  started("a shell that is missing is an ENOENT error", ({ spawn }) => spawn("true", { shell: "/nowhere/sh" })),
  {
    name: "the properties of a child that could not be started",
    observe: async ({ spawn }) => {
      const child = spawn("no-such-program", ["a"]);
      const killed = new Promise((resolve) => child.once("error", () => resolve(child.kill())));
      const { spawnfile, spawnargs, exitCode, signalCode } = child;
      const before = { spawnfile, spawnargs, exitCode, signalCode };
      await new Promise((resolve) => child.once("close", resolve));
      const { pid, exitCode: code, signalCode: signal, killed: wasKilled } = child;
      return { before, pid, code, signal, wasKilled, killed: await killed };
    },
  },
  {
    name: "close comes once for a child that could not be started, and its streams end",
    observe: async ({ spawn }) => {
      const child = spawn("no-such-program");
      const seen: string[] = [];
      child.on("error", () => seen.push("error"));
      child.on("close", () => seen.push("close"));
      const ends = [child.stdout, child.stderr].flatMap((stream) => [
        once(stream.resume(), "end"),
        once(stream, "close"),
      ]);
      await Promise.all([...ends, once(child.stdin, "close"), closed(child)]);
      await turn();
      return seen;
    },
  },
  {
    name: "a file whose run bit is set later can be started then",
    observe: ({ spawn }) =>
      inWorkshop(async (folder) => {
        const file = path.join(folder, "plain");
        const first = (await story(spawn(file))).events.length;
        chmodSync(file, 0o755);
        return [first, (await story(spawn(file))).stdout];
      }),
  },
];
