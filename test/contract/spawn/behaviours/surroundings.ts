/** What a program finds around it: environment, directory, identity, signals, descriptors. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Addon, loadAddon } from "../../../../native/addon/addon.cjs";
import type { Api, Behaviour } from "../behaviour.js";
import { shellSays } from "../behaviour.js";

type Options = Parameters<typeof shellSays>[2];

function says(name: string, script: string, options?: Options, differs?: string): Behaviour {
  return {
    name,
    observe: (api) => shellSays(api, script, options),
    ...(differs === undefined ? {} : { differs }),
  };
}

/** Does something to this process for the time of a call. */
function meanwhile(name: string, change: () => () => void, observe: (api: Api) => Promise<unknown>): Behaviour {
  return {
    name,
    observe: (api) => {
      const undo = change();
      try {
        return observe(api); // what is not waited for was asked for before it is undone
      } finally {
        undo();
      }
    },
  };
}

function replaceEnvironment(): () => void {
  const real = process.env;
  process.env = { PATH: real["PATH"], ONLY: "this" };
  return () => {
    process.env = real;
  };
}

/** Node 26.12 does not. */
function nodeMindsReplacement(): boolean {
  const undo = replaceEnvironment();
  try {
    return execFileSync("env", { encoding: "utf8" }).startsWith("PATH=");
  } finally {
    undo();
  }
}

function changeEnvironment(change: () => void): () => void {
  const before = { ...process.env };
  change();
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}

/** The program's own folder is the last. */
const LOW_DESCRIPTORS = "exec find /proc/self/fd -name '?' -printf '%f\\n'";
const LEAKED_FD = 40;
const SORTED_ENVIRONMENT = "env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= -e ^OLDPWD= | sort";
const HERE = fileURLToPath(new URL(".", import.meta.url));

const HAS_PRLIMIT = fs.existsSync("/usr/bin/prlimit");

function coreLimit(): string {
  return /^Max core file size\s+(\S+)/m.exec(fs.readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "unlimited";
}

class Inherited {
  declare INHERITED: string;
}
Inherited.prototype.INHERITED = "yes";

export const surroundings: Behaviour[] = [
  says("the environment is this program's", SORTED_ENVIRONMENT),
  meanwhile(
    "changes of process.env reach the program, at the time of the call",
    () =>
      changeEnvironment(() => {
        process.env["SPAWN_NEW"] = "ü = new\nline";
        delete process.env["HOME"];
      }),
    (api) => shellSays(api, SORTED_ENVIRONMENT),
  ),
  {
    ...meanwhile("another object as process.env counts", replaceEnvironment, (api) =>
      shellSays(api, SORTED_ENVIRONMENT),
    ),
    ...(nodeMindsReplacement() ? {} : { differs: "another object as `process.env`" }),
  },
  says("env replaces all", SORTED_ENVIRONMENT, { env: { A: "1", B: "", C: "ü" } }),
  says("an undefined variable is none", SORTED_ENVIRONMENT, { env: { A: "1", B: undefined } }),
  says("variables become strings", SORTED_ENVIRONMENT, { env: { A: 1, B: null, C: true } as never }),
  says("inherited variables count", SORTED_ENVIRONMENT, { env: new Inherited() as never }),
  says("an env that is null is this program's", SORTED_ENVIRONMENT, { env: null as never }),
  meanwhile(
    "NODE_V8_COVERAGE is handed on to programs with another env",
    () =>
      changeEnvironment(() => {
        process.env["NODE_V8_COVERAGE"] = "/tmp/coverage";
      }),
    (api) => shellSays(api, SORTED_ENVIRONMENT, { env: { A: "1" } }),
  ),
  meanwhile(
    "NODE_V8_COVERAGE of an env is left as it is",
    () =>
      changeEnvironment(() => {
        process.env["NODE_V8_COVERAGE"] = "/tmp/coverage";
      }),
    (api) => shellSays(api, SORTED_ENVIRONMENT, { env: { NODE_V8_COVERAGE: "mine" } }),
  ),

  says("the directory is this program's", "pwd"),
  says("cwd is a path", "pwd", { cwd: "/usr" }),
  says("cwd is a URL", "pwd", { cwd: pathToFileURL("/usr/") }),
  says("an empty cwd is none", "pwd", { cwd: "" }),
  meanwhile(
    "a relative cwd counts from this program's",
    () => {
      const before = process.cwd();
      process.chdir("/usr");
      return () => process.chdir(before);
    },
    (api) => shellSays(api, "pwd", { cwd: "bin/.." }),
  ),
  meanwhile(
    "a change of directory reaches the program, at the time of the call",
    () => {
      const before = process.cwd();
      process.chdir(HERE);
      return () => process.chdir(before);
    },
    (api) => shellSays(api, "pwd"),
  ),
  meanwhile(
    "the umask is that of this program, at the time of the call",
    () => {
      const before = process.umask(0o027);
      return () => process.umask(before);
    },
    (api) => shellSays(api, "umask"),
  ),
  {
    name: "the priority is that of this program, at the time of the call",
    observe: async (api) => {
      const before = os.getPriority();
      // Only root may go back.
      if (process.getuid?.() !== 0) return shellSays(api, "nice");
      os.setPriority(before + 3);
      try {
        return await shellSays(api, "nice");
      } finally {
        os.setPriority(before);
      }
    },
  },

  says("no signal is blocked or ignored", "exec grep -E '^Sig(Blk|Ign)' /proc/self/status"),
  says("limits are this program's", "exec cat /proc/self/limits"),
  ...(HAS_PRLIMIT
    ? [
        {
          name: "limits that this program has changed",
          differs: "limits that this program changes later",
          observe: async (api: Api) => {
            const before = coreLimit();
            execFileSync("prlimit", ["--pid", String(process.pid), "--core=4096:"]);
            const said = await shellSays(api, "ulimit -Sc");
            execFileSync("prlimit", ["--pid", String(process.pid), `--core=${before}:`]);
            return said;
          },
        },
      ]
    : []),
  says(
    "rights, processors and other marks of the kernel's are this program's",
    "grep -E '^(Cap|NoNewPrivs|Seccomp|Cpus_allowed|Mems_allowed|THP|CoreDumping|Speculation)' /proc/self/status; cat $FILES",
    {
      env: {
        PATH: process.env["PATH"],
        FILES: ["oom_score_adj", "personality", "timerslack_ns", "cgroup", "loginuid"]
          .map((n) => `/proc/self/${n}`)
          .join(" "),
      },
    },
  ),
  says("the name and the command line are the program's", "cat /proc/$$/comm; tr '\\0' ' ' < /proc/$$/cmdline"),
  says("only what is given is open", LOW_DESCRIPTORS, { stdio: ["ignore", "pipe", "ignore"] }),
  says("extra descriptors are open, and no others", LOW_DESCRIPTORS, {
    stdio: ["ignore", "pipe", "ignore", "ignore", "pipe", null, 0],
  }),
  {
    name: "a descriptor that some native code left open for programs",
    differs: "descriptors without close-on-exec",
    observe: async (api) => {
      const addon = loadAddon() as Addon;
      addon.redirect(0, LEAKED_FD);
      const said = await shellSays(api, `readlink /proc/self/fd/${LEAKED_FD} | wc -l`);
      addon.close(LEAKED_FD);
      return said;
    },
  },
  says("ignored descriptors are /dev/null", "readlink /proc/$$/fd/0 /proc/$$/fd/2", {
    stdio: ["ignore", "pipe", "ignore"],
  }),
  says("how ignored descriptors are open", "grep flags /proc/$$/fdinfo/0 /proc/$$/fdinfo/2 | grep -o '[0-7]$'", {
    stdio: ["ignore", "pipe", "ignore"],
  }),
  says("what pipes are", "for i in 0 1 2 3; do readlink /proc/$$/fd/$i | sed 's/:.*//'; done", {
    stdio: ["pipe", "pipe", "ignore", "pipe"],
  }),
  says("pipes block", "for i in 0 1 3; do grep flags /proc/$$/fdinfo/$i; done", {
    stdio: ["pipe", "pipe", "ignore", "pipe"],
  }),
  {
    name: "the process group and the session are this program's",
    observe: async (api) => {
      const [group, session] = ((await shellSays(api, "ps -o pgid=,sid= -p $$")) ?? "").trim().split(/\s+/);
      const [ownGroup, ownSession] = ((await shellSays(api, `ps -o pgid=,sid= -p ${process.pid}`)) ?? "")
        .trim()
        .split(/\s+/);
      return [group === ownGroup, session === ownSession];
    },
  },
  says("a detached program leads a session", '[ "$(ps -o sid= -p $$ | tr -d " ")" = $$ ] && echo leads', {
    detached: true,
  }),
  {
    name: "the program's parent",
    differs: "the program's parent process",
    observe: async (api) => (await shellSays(api, "echo $PPID"))?.trim() === String(process.pid),
  },
  ...(process.getuid?.() === 0
    ? [
        says("uid and gid", "id -u; id -g; id -G; grep -E '^(Uid|Gid|Groups)' /proc/$$/status", {
          uid: 65_534,
          gid: 65_534,
        }),
        says("a uid alone", "grep -E '^(Uid|Gid|Groups)' /proc/$$/status", { uid: 65_534 }),
        says("a gid alone", "grep -E '^(Uid|Gid|Groups)' /proc/$$/status", { gid: 12_345 }),
      ]
    : []),

  says("argv0 is what the program sees as its name", "tr '\\0' ' ' < /proc/$$/cmdline", { argv0: "another name" }),
  {
    name: "arguments arrive as they are",
    observe: async ({ spawn }) => {
      const args = ["", " ", "ü\n", "-n", "$HOME", '"', "\\", 1, true, null, undefined, { toString: () => "object" }];
      const child = spawn("printf", ["<%s>", ...args] as string[], { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      for await (const chunk of child.stdout) said += chunk;
      return said;
    },
  },
  ...[true, "/bin/bash", ""].map(
    (shell): Behaviour => ({
      name: `shell ${JSON.stringify(shell)}`,
      observe: async ({ spawn }) => {
        const child = spawn("echo", ["$0", "'a b'", "| cat"], { shell, stdio: ["ignore", "pipe", "inherit"] });
        let said = "";
        for await (const chunk of child.stdout ?? []) said += chunk;
        return [said, child.spawnfile, child.spawnargs];
      },
    }),
  ),
  says("flags of Windows are taken", "echo taken", { windowsHide: true, windowsVerbatimArguments: true }),
];
