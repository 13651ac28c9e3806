/** How a fresh runtime is told what it is to be: helper/boot/start-plan.cts is the other side. */
import { randomUUID } from "node:crypto";
import { encodeMessage, MessageType } from "../../helper/protocol/message.cjs";
import { START_VARIABLE, type StartPlan } from "../../helper/protocol/plans.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { ForkError } from "../base/errors.js";

/** A title has as much room as the arguments have taken. */
const ROOM_FOR_TITLES = 256;

export interface StartMessage {
  /** The last argument of the runtime. It says nothing: it is what `ps` shows until the process has its title. */
  argument: string;
  /** For the runtime's environment. */
  env: Record<string, string>;
  /** The first that is sent over the channel. */
  octets: Buffer;
}

export function startMessage(plan: Omit<StartPlan, "argument">): StartMessage {
  // What begins with such a word is no flag, whatever the title is.
  const argument = `desktop-fork: ${plan.title}`.padEnd(ROOM_FOR_TITLES);
  const token = randomUUID();
  const whole: StartPlan = { ...plan, argument };
  return {
    argument,
    env: { [START_VARIABLE]: token },
    octets: Buffer.concat(encodeMessage(MessageType.Start, 0, [token, JSON.stringify(whole)], 0)),
  };
}

/**
 * Puts it into the socket, for a runtime that is not there yet.
 * @throws ForkError ERR_FORK_TOO_LARGE when the socket has not so much room
 */
export function putStart(addon: Addon, fd: number, { octets }: StartMessage): void {
  if (addon.sendmsg(fd, [octets], []) !== octets.length)
    throw new ForkError("ERR_FORK_TOO_LARGE", `a runtime's flags and title are too long: ${octets.length} bytes`);
}
