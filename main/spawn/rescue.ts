/** Starting a program by child_process after all, when the template that was asked for it has not come up. */
import childProcess, { type ChildProcess } from "node:child_process";
import path from "node:path";
import { HIGH_FD } from "../../helper/protocol/handles.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import type { Command } from "./command.js";
import type { Life, News } from "./life.js";
import type { OpenStdio } from "./stdio.js";

/** What the program is given, as of the time of the call. */
export class Rescue {
  readonly #addon: Addon;
  readonly #command: Command;
  readonly #env: NodeJS.ProcessEnv;
  /** Per descriptor of the program; the object's. */
  readonly #fds: (number | undefined)[] = [];
  /** The object's; undefined where the program's directory has an absolute path. */
  #directory: number | undefined;

  /** @throws Error with an errno when there is no descriptor left; nothing is left open then */
  constructor(addon: Addon, command: Command, { places, handles }: OpenStdio) {
    this.#addon = addon;
    this.#command = command;
    this.#env = { ...(command.env ?? process.env) } as NodeJS.ProcessEnv;
    try {
      for (const place of places)
        this.#fds.push(place < 0 ? undefined : addon.duplicate(handles[place] as number, HIGH_FD));
      if (command.cwd === undefined || !path.isAbsolute(command.cwd))
        this.#directory = addon.workingDirectory(undefined);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  start(news: News): void {
    const { file, args, detached, uid, gid } = this.#command;
    try {
      const child = childProcess.spawn(file, args.slice(1), {
        argv0: args[0],
        stdio: this.#fds.map((fd) => fd ?? "ignore"),
        cwd: this.#path(),
        env: this.#env,
        detached,
        ...(uid !== undefined && { uid }),
        ...(gid !== undefined && { gid }),
      });
      child.unref();
      tell(child, news);
    } catch (error) {
      news.failed((error as NodeJS.ErrnoException).errno ?? 0);
    } finally {
      this.close();
    }
  }

  close(): void {
    for (const fd of this.#fds.splice(0)) if (fd !== undefined) this.#addon.close(fd);
    if (this.#directory !== undefined) this.#addon.close(this.#directory);
    this.#directory = undefined;
  }

  #path(): string | undefined {
    const { cwd } = this.#command;
    if (this.#directory === undefined) return cwd;
    return path.posix.join("/proc/self/fd", String(this.#directory), cwd ?? "");
  }
}

function tell(child: ChildProcess, news: News): void {
  const life: Life = {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    hold: () => child.ref(),
    release: () => child.unref(),
  };
  child.once("spawn", () => news.started(life));
  child.once("exit", (code, signal) => news.ended({ code, signal }));
  child.once("error", (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) news.failed(error.errno ?? 0);
  });
}
