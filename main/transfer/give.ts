/**
 * A process object on its way to another program: a socket in which all that the other one needs is waiting. The end
 * that stays here tells how the process ended, since only its parent learns that.
 */
import type net from "node:net";
import { MessageType, PROTOCOL_VERSION } from "../../helper/protocol/message.cjs";
import { openSocket } from "../../helper/protocol/open-socket.cjs";
import type { HandoverPlan } from "../../helper/protocol/plans.cjs";
import { SocketChannel } from "../../helper/protocol/socket-channel.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { requireAddon } from "../base/addon.js";
import { ForkError } from "../base/errors.js";
import { reportOfStatus } from "../connection/exit-status.js";
import { MAX_ANSWER_BYTES } from "../connection/incoming.js";
import { socketPair } from "../handles/socket-pair.js";
import type { ManagedProcess } from "../lifecycle/managed-process.js";
import type { FreshStartOptions } from "../lifecycle/options.js";
import { wireValues } from "../lifecycle/replay-log.js";

/** "FK" and the version: no other message has such an id. */
export const HANDOVER_ID = 0x4b46_0000 + PROTOCOL_VERSION;

/** The process object is used up by it, unless there is no descriptor left. */
export async function toHandle(process: ManagedProcess): Promise<net.Socket> {
  process.assertUsable();
  const addon = requireAddon("passing a process on");
  const [ours, theirs] = socketPair(addon);
  try {
    await process.giveAway(() => give(addon, ours, process));
  } catch (error) {
    addon.close(ours);
    addon.close(theirs);
    throw error;
  }
  return openSocket(theirs);
}

/** @param fd the process's from now on, unless this throws: then nothing has happened */
function give(addon: Addon, fd: number, process: ManagedProcess): void {
  const { pid = 0, title, detached, options, strategy, log } = process;
  const plan: HandoverPlan = { pid, title, detached };
  if (strategy?.name === "exec") plan.repeat = repetition(options, strategy.reason, log.steps.length);
  const pidfd = process.handle?.share?.();
  if (pidfd === undefined) throw new ForkError("ERR_FORK_DIED", `process ${pid} has ended`, { pid });
  const channel = (process.channel as SocketChannel).release();
  if (channel === undefined) {
    addon.close(pidfd);
    throw new ForkError("ERR_FORK_SYSTEM", `process ${pid} is in the middle of a message; try again`, { pid });
  }
  const news = new SocketChannel({ addon, fd, events: process, maxPayloadBytes: MAX_ANSWER_BYTES });
  const steps = process.given(news);
  news.send(MessageType.Handover, HANDOVER_ID, [JSON.stringify(plan)], [channel, pidfd]);
  for (const step of steps) {
    const fds = step.handles.map((handle) => handle.fd);
    news.send(step.type, 0, wireValues(step), fds);
  }
  void process.exited.then((status) => news.send(MessageType.Exited, 0, [JSON.stringify(reportOfStatus(pid, status))]));
}

/** What this program would make a fork of it with. */
function repetition(options: FreshStartOptions, reason: string, steps: number): NonNullable<HandoverPlan["repeat"]> {
  const { runtime, execArgv, strategy, startTimeoutMs, cwd = process.cwd(), env = process.env } = options;
  return { reason, runtime, execArgv, strategy, startTimeoutMs, cwd, env, steps };
}
