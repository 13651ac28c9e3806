/**
 * What compiles and what does not, of spawn(), execFile() and exec(). Checked by the compiler with the build: an
 * `@ts-expect-error` on a line that compiles is an error. Nothing here is ever run.
 */
import type childProcess from "node:child_process";
import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { exec, execFile, type ForkProcess, spawn } from "../../main/index.js";

declare const proc: ForkProcess;

export async function programs(): Promise<void> {
  const piped: ChildProcessWithoutNullStreams = spawn("true");
  const alsoPiped: ChildProcessWithoutNullStreams = spawn("true", ["a"], {
    cwd: new URL("file:///"),
    limits: { as: 1e9 },
  });
  const any: ChildProcess = spawn("true", { stdio: "inherit", priority: 5 });
  const pid: number | undefined = any.pid;
  const { stdin, stdout, stderr } = spawn("true", [], { stdio: ["ignore", "pipe", process.stderr] });
  const streams: [null, Readable, null] = [stdin, stdout, stderr];
  const { stdin: input } = proc.become("true", [], { stdio: ["pipe", "inherit", "inherit"] });
  const written: Writable = input;
  using disposed: ChildProcess = spawn("true", { stdio: [0, 1, 2, "pipe", null, undefined, "overlapped"] });
  void [piped, alsoPiped, pid, streams, written, disposed];

  // @ts-expect-error there is no IPC channel
  spawn("true", { stdio: ["pipe", "pipe", "pipe", "ipc"] });
  // @ts-expect-error nor its serialisation
  spawn("true", { serialization: "advanced" });
  // @ts-expect-error no such resource
  spawn("true", { limits: { files: 1 } });
  // @ts-expect-error two at most
  spawn("true", { limits: { cpu: [1, 2, 3] } });
  // @ts-expect-error it may not be known yet
  const known: number = spawn("true").pid;
  void known;

  const sameExec: typeof childProcess.exec = exec;
  const sameExecFile: typeof childProcess.execFile = execFile;
  const { stdout: text }: { stdout: string } = await promisify(execFile)("true", ["a"]);
  const { stdout: octets }: { stdout: Buffer } = await promisify(exec)("true", { encoding: "buffer" });
  const { child }: { child: ChildProcess } = promisify(exec)("true");
  void [sameExec, sameExecFile, text, octets, child];
}
