/** How a fresh runtime is told what it is to be: helper/boot/start-plan.cts is the other side. */
import { randomUUID } from "node:crypto";
import { CHANNEL, type ContentOf, encodeContent } from "../../helper/protocol/content.cjs";
import { isLogging, logSent } from "../../helper/protocol/debug-log.cjs";
import { FrameWriter } from "../../helper/protocol/frame-writer.cjs";
import { MAX_PAYLOAD_BYTES, MessageType } from "../../helper/protocol/message.cjs";
import { START_VARIABLE, type StartPlan } from "../../helper/protocol/plans.cjs";
import { type Value, writeValue } from "../../helper/protocol/values.cjs";
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
    octets: octetsOf({ type: MessageType.Start, token, plan: whole }),
  };
}

/** The message as a channel would send it: there is none yet. */
function octetsOf(content: ContentOf<MessageType.Start>): Buffer {
  const pieces: Uint8Array[] = [];
  const writer = new FrameWriter(CHANNEL, MAX_PAYLOAD_BYTES);
  writer.attach({
    carriesHandles: false,
    write: (written) => pieces.push(...written) > 0,
  });
  writer.begin(content.type, 0);
  const values = encodeContent(content) as Value[];
  if (isLogging) logSent({ pid: undefined }, { type: content.type, id: 0, values, handles: [] });
  for (const value of values) writeValue(writer, value);
  writer.end();
  writer.flush();
  return Buffer.concat(pieces);
}

/**
 * Puts it into the socket, for a runtime that is not there yet.
 * @throws ForkError ERR_FORK_TOO_LARGE when the socket has not so much room
 */
export function putStart(addon: Addon, fd: number, { octets }: StartMessage): void {
  if (addon.sendmsg(fd, [octets], []) !== octets.length)
    throw new ForkError("ERR_FORK_TOO_LARGE", `a runtime's flags and title are too long: ${octets.length} bytes`);
}
