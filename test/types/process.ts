/**
 * What compiles and what does not, of process objects, templates and workers. Checked by the compiler with the build: an
 * `@ts-expect-error` on a line that compiles is an error. Nothing here is ever run.
 */
import type fs from "node:fs/promises";
import type net from "node:net";
import {
  type ExitStatus,
  ForkError,
  type ForkErrorCode,
  ForkProcess,
  type MemoryUse,
  Template,
  type Worker,
} from "../../main/index.js";

declare const proc: ForkProcess;
declare const worker: Worker;
declare const template: Template;
declare const file: fs.FileHandle;

export async function processes(): Promise<void> {
  const pid: number | undefined = proc.pid;
  // @ts-expect-error it may not be known yet
  const known: number = proc.pid;
  // @ts-expect-error it is the process's
  proc.pid = 1;
  // @ts-expect-error made by create(), exec() and fork()
  new ForkProcess();

  const chained: ForkProcess = proc
    .eval("1", "text", new Uint8Array(1))
    .require("lodash", new URL("file:///a.js"))
    .sendArg("text", Buffer.alloc(1), new Uint8Array(1))
    .sendHandle(worker.socket, file, 0);
  const ready: ForkProcess = await proc.ready();
  using disposed: ForkProcess = ForkProcess.fresh({ runtime: "/usr/bin/node", execArgv: ["--no-warnings"] });

  // @ts-expect-error code is a string
  proc.eval(() => 1);
  // @ts-expect-error arguments are strings or octets
  proc.eval("1", 2);
  // @ts-expect-error numbers don't travel
  proc.sendArg(1);
  // @ts-expect-error nor does what may be missing
  proc.sendArg(process.env["HOME"]);
  // @ts-expect-error a path is no handle
  proc.sendHandle("/etc/passwd");
  // @ts-expect-error modules are named by strings and URLs
  proc.require(1);
  // @ts-expect-error a misspelt option
  ForkProcess.create({ titel: "x" });
  // @ts-expect-error a fork has the runtime of its template
  ForkProcess.create({ runtime: "node" });
  // @ts-expect-error of the wrong type
  ForkProcess.create({ cwd: 1 });
  // @ts-expect-error a controller is no signal
  proc.fork({ signal: new AbortController() });
  void [pid, known, chained, ready, disposed];
}

export async function passingOn(): Promise<void> {
  const handle: net.Socket = await proc.toHandle();
  const adopted: ForkProcess = ForkProcess.fromHandle(handle, { signal: new AbortController().signal });
  const byNumber: ForkProcess = ForkProcess.fromHandle(3);
  proc.sendHandle(handle);
  // @ts-expect-error the handle has to be waited for
  ForkProcess.fromHandle(proc.toHandle());
  // @ts-expect-error a process object is no handle
  proc.sendHandle(adopted);
  void byNumber;
}

export async function running(): Promise<void> {
  const byName: Worker = await proc.run("work");
  const byExport: Worker = await proc.run(new URL("file:///a.js"), "work", { title: "w" });
  await using byOption: Worker = await proc.run("work", { title: "w" });
  const { signal } = new AbortController();
  await proc.ready({ signal });
  await template.ready({ signal });
  await Template.start({ modules: ["sharp"], signal });
  await proc.run("work", { signal });
  // @ts-expect-error a template lives longer than one wait
  new Template({ signal });
  // @ts-expect-error a controller is no signal
  await proc.ready({ signal: new AbortController() });
  // @ts-expect-error a function is named, not given
  proc.run(() => {});
  // @ts-expect-error arguments are sent before
  proc.run("work", ["argument"]);
  // @ts-expect-error nothing to run
  proc.run();
  void [byName, byExport, byOption];
}

export async function workers(): Promise<void> {
  const socket: net.Socket = worker.socket;
  const pid: number = worker.pid;
  const status: ExitStatus = await worker.exited;
  const { rss, pss, uss }: MemoryUse = await worker.memory();
  const killed: boolean = worker.kill("SIGUSR2") && worker.kill(9);
  const same: Worker = worker.unref().ref();
  // @ts-expect-error there is no such signal
  worker.kill("SIGNOTHING");
  // @ts-expect-error one of the two is null
  const code: number = status.code;
  // @ts-expect-error it needs to be awaited: `await using`
  using disposed = worker;
  void [socket, pid, rss, pss, uss, killed, same, code, disposed];
}

export async function templates(): Promise<void> {
  const started: Template = await Template.start({ modules: ["sharp", new URL("file:///a.js")], name: "n", spares: 2 });
  const forked: ForkProcess = template.fork({ title: "t", cwd: "/", env: { A: "1" }, detached: true });
  const strategy: "fork" | "exec" | undefined = template.strategy;
  template.on("died", ({ pid, code, signal, error }) => void [pid, code, signal, error.message]);
  // @ts-expect-error a list of modules
  new Template({ modules: "sharp" });
  // @ts-expect-error a number
  new Template({ spares: "2" });
  // @ts-expect-error there is no such strategy
  new Template({ strategy: "spawn" });
  // @ts-expect-error there is no such event
  template.on("dead", () => {});
  // @ts-expect-error functions are run by processes
  template.run("work");
  void [started, forked, strategy];
}

export function errors(error: unknown): void {
  if (!(error instanceof ForkError)) return;
  const code: ForkErrorCode = error.code;
  // @ts-expect-error there is no such code
  if (error.code === "ERR_FORK_NOTHING") return;
  // @ts-expect-error it says what happened
  error.code = "ERR_FORK_DIED";
  const { pid, exitCode, signal }: { pid?: number; exitCode?: number | null; signal?: NodeJS.Signals | null } = error;
  void [code, pid, exitCode, signal];
}
