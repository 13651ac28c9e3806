/** Starting a program through a template. */
import { constants } from "node:os";
import path from "node:path";
import { blockOf } from "../../helper/protocol/block.cjs";
import { MessageType } from "../../helper/protocol/message.cjs";
import { type Addon, Gathered } from "../../native/addon/addon.cjs";
import type { Child } from "../connection/children.js";
import { type ExitStatus, UNKNOWN_STATUS } from "../connection/exit-status.js";
import { PidfdHandle } from "../connection/process-handle.js";
import type { ManagedProcess } from "../lifecycle/managed-process.js";
import { type Backend, noteFailure } from "./backend.js";
import type { Command } from "./command.js";
import { environmentBlock } from "./environment.js";
import type { Life, News } from "./life.js";
import { systemFailure } from "./node-errors.js";
import { planText } from "./plan.js";
import { Program } from "./program.js";
import { Rescue } from "./rescue.js";
import { NO_RESOURCES } from "./resources.js";
import { closeStdio, lendStreams, type OpenStdio, openStdio } from "./stdio.js";

/** What child_process reports with an event; it throws the others. */
const REPORTED = new Set(["EACCES", "EAGAIN", "EMFILE", "ENFILE", "ENOENT"]);

/** @throws Error as child_process does, for a descriptor that is not open */
export function startProgram(backend: Backend, command: Command): Program {
  const { addon, process } = backend;
  const { file, args } = command;
  let stdio: OpenStdio;
  let rescue: Rescue | undefined;
  try {
    stdio = openAll(backend, command);
    rescue = prepareRescue(backend, command, stdio);
  } catch (error) {
    return stillborn(addon, command, error);
  }
  const { ends, handles } = stdio;
  const values = [planText(command, stdio), blockOf(args), environmentBlock(command.env), Gathered.Inheritance];
  const program = new Program({
    addon,
    file,
    args,
    ends,
    start: (news) =>
      process.request(MessageType.Spawn, values, handles, {
        answered: (answer) => {
          rescue?.close();
          const result = Number(answer.values[0]);
          if (result < 0) return news.failed(result);
          new Supervised(process, new PidfdHandle(addon, result, answer.handles[0] ?? -1, false), news);
        },
        failed: (error) => {
          if (noteFailure(error) && rescue !== undefined) return rescue.start(news);
          rescue?.close();
          news.lost(error);
        },
      }),
  });
  lendStreams(command.stdio);
  return program;
}

/** @throws Error with an errno; nothing is left open then */
function prepareRescue({ addon, isUp }: Backend, command: Command, stdio: OpenStdio): Rescue | undefined {
  if (isUp || command.resources !== NO_RESOURCES) return undefined;
  try {
    return new Rescue(addon, command, stdio);
  } catch (error) {
    closeStdio(addon, stdio);
    throw error;
  }
}

/**
 * With the directory that relative paths count from, unless the template is in the same: only a descriptor names it whatever
 * becomes of its path.
 */
function openAll({ addon, directory }: Backend, { stdio, cwd }: Command): OpenStdio {
  const open = openStdio(addon, stdio);
  if (cwd !== undefined && path.isAbsolute(cwd)) return open;
  try {
    const fd = addon.workingDirectory(directory);
    if (fd >= 0) open.directory = open.handles.push(fd) - 1;
    return open;
  } catch (error) {
    closeStdio(addon, open);
    throw error;
  }
}

/** A program that this process lacks the descriptors for. */
function stillborn(addon: Addon, { file, args }: Command, error: unknown): Program {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (errno === undefined) throw error;
  if (!REPORTED.has(code as string)) throw systemFailure(errno, "spawn");
  return new Program({ addon, file, args, ends: [], start: (news) => news.failed(errno) });
}

/** A child of the template. */
class Supervised implements Life, Child {
  readonly #template: ManagedProcess;
  readonly #process: PidfdHandle;
  readonly #news: News;

  constructor(template: ManagedProcess, process: PidfdHandle, news: News) {
    this.#template = template;
    this.#process = process;
    this.#news = news;
    news.started(this);
    template.adopt(process.pid, this);
  }

  get pid(): number {
    return this.#process.pid;
  }

  kill(signal: number): boolean {
    if (this.#process.isUnreachable) throw systemFailure(-constants.errno.EMFILE, "kill");
    return this.#process.kill(signal);
  }

  hold(): void {
    this.#template.hold();
    this.#process.setReferenced(true);
  }

  release(): void {
    this.#template.release();
    this.#process.setReferenced(false);
  }

  ended(status: ExitStatus): void {
    this.#process.close();
    this.#news.ended(status);
  }

  /** The template is gone, and with it the status. The kernel still tells when the program ends. */
  orphaned(): void {
    if (this.#process.isUnreachable) this.#news.ended(UNKNOWN_STATUS);
    else this.#process.watch(() => this.#news.ended(UNKNOWN_STATUS));
  }
}
