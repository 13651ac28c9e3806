/** Programs: started for the parent, or instead of this process. */
import type { Addon, ProgramOptions } from "../../native/addon/addon.cjs";
import type { Channel } from "../protocol/channel.cjs";
import { encodeContent, type ReceivedOf } from "../protocol/content.cjs";
import { LOST_HANDLE } from "../protocol/frame.cjs";
import { HIGH_FD } from "../protocol/handles.cjs";
import { MessageType } from "../protocol/message.cjs";
import { NO_DESCRIPTOR } from "./command-failed.cjs";

const EXIT_NOT_EXECUTED = 127;

type Command = ReceivedOf<MessageType.Spawn> | ReceivedOf<MessageType.Exec>;

/** The kernel's answer: a child, or a negative errno. */
export type Spawned = { pid: number /** The caller's. */; pidfd: number } | { errno: number };

/** The descriptors of the message stay the caller's. */
export function spawnProgram(addon: Addon, message: ReceivedOf<MessageType.Spawn>): Spawned {
  if (message.handles.includes(LOST_HANDLE)) return { errno: NO_DESCRIPTOR };
  try {
    const [pid, pidfd] = addon.spawn(programOptions(addon, message));
    return { pid, pidfd };
  } catch (error) {
    return { errno: errnoOf(error) };
  }
}

/** The pidfd goes with the answer. */
export function answerSpawn(channel: Channel, id: number, spawned: Spawned): void {
  const type = MessageType.Spawned;
  if ("errno" in spawned) channel.say({ type, result: spawned.errno }, id);
  else channel.say({ type, result: spawned.pid }, id, [spawned.pidfd]);
}

/**
 * Becomes the program. What went wrong is told through `channel`, and the process ends then: its descriptors are those of
 * the program that it could not become.
 * @param channel descriptor of the connection to the parent, on which nothing else is to be sent
 */
export function becomeProgram(addon: Addon, channel: number, message: ReceivedOf<MessageType.Exec>): never {
  // Above what the program is given: there it is in nothing's way.
  const report = addon.duplicate(channel, HIGH_FD);
  const type = MessageType.Spawned;
  const result = -addon.exec(programOptions(addon, message));
  addon.sendMessage(report, type, message.id, encodeContent({ type, result }), []);
  addon.leave(EXIT_NOT_EXECUTED);
}

function programOptions(addon: Addon, message: Command): ProgramOptions {
  const { handles, argv: args, env = addon.environment() } = message;
  const { directory, stdio, ...plan } = message.plan;
  const options: ProgramOptions = { ...plan, stdio: stdio.map((index) => handles[index] ?? -1), args, env };
  if (directory !== undefined) options.directory = handles[directory] as number;
  if (message.type === MessageType.Spawn) options.inherits = message.inherits;
  return options;
}

function errnoOf(error: unknown): number {
  const { errno } = error as NodeJS.ErrnoException;
  if (errno === undefined) throw error;
  return errno;
}
