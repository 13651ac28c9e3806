/** A prepared process that becomes a program. */
import { blockOf } from "../../helper/protocol/block.cjs";
import { MessageType, type Outgoing } from "../../helper/protocol/message.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { requireAddon } from "../base/addon.js";
import { ForkError, systemError } from "../base/errors.js";
import type { ManagedProcess } from "../lifecycle/managed-process.js";
import { type Command, readCommand } from "./command.js";
import { environmentBlock } from "./environment.js";
import type { News } from "./life.js";
import { limit } from "./limit.js";
import { isSendable, planText } from "./plan.js";
import { Program } from "./program.js";
import { lendStreams, type OpenStdio, openStdio } from "./stdio.js";

/** @throws ForkError ERR_FORK_UNSUPPORTED, ERR_FORK_ARGUMENT, ERR_FORK_SYSTEM */
export function becomeProgram(
  process: ManagedProcess,
  file: string,
  args: readonly string[],
  options: object,
): Program {
  const addon = requireAddon("becoming a program");
  const command = readCommand(file, args, options);
  if (command === undefined || !isSendable(command))
    throw new ForkError("ERR_FORK_ARGUMENT", "become: an argument is not what child_process.spawn would take");
  const stdio = open(addon, command);
  const { ends, handles } = stdio;
  const values: Outgoing[] = [planText(command, stdio), blockOf(command.args)];
  if (command.env !== undefined) values.push(environmentBlock(command.env));
  const program = new Program({
    addon,
    file: command.file,
    args: command.args,
    ends,
    start: (news) => {
      const lose = (error: Error) => {
        for (const fd of handles) addon.close(fd);
        news.lost(error);
      };
      try {
        process.use("become", () => replace(process, values, handles, news), lose);
      } catch (error) {
        lose(error as Error);
      }
    },
  });
  lendStreams(command.stdio);
  limit(program, command);
  return program;
}

function open(addon: Addon, { stdio }: Command): OpenStdio {
  try {
    return openStdio(addon, stdio);
  } catch (error) {
    throw systemError("become: no descriptors for the program", error);
  }
}

/** The end of the channel is the sign that the process is another. */
function replace(process: ManagedProcess, values: Outgoing[], handles: number[], news: News): void {
  process.whenStarted(() => news.reachable(process));
  process.request(MessageType.Exec, values, handles, {
    answered: (answer) => news.failed(Number(answer.values[0])),
    failed: (error) => news.lost(error),
    ended: () =>
      process.whenStarted(() => {
        news.started(process);
        void process.exited.then((status) => news.ended(status));
      }),
  });
}
