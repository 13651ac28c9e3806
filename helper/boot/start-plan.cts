/**
 * How a fresh runtime is told what it is to be: by a Start message in its channel, which its parent has put there before it
 * executed the runtime. Nothing on the command line counts. A variable of the environment, which only who executes a program
 * can set, says that the message is there. Where the addon can be loaded the kernel is asked who has made the channel.
 */
import fs = require("node:fs");

import { isLogging, logReceived, PARENT } from "../protocol/debug-log.cjs";
import { HEADER_BYTES, readHeader } from "../protocol/frame.cjs";
import { MessageType } from "../protocol/message.cjs";
import { CHANNEL_FD, START_VARIABLE, type StartPlan } from "../protocol/plans.cjs";
import { VALUE_HEADER_BYTES } from "../protocol/values.cjs";
import { ownAddon } from "./own-addon.cjs";

/** More than any plan; as much as the kernel takes for a socket at once. */
const MAX_BYTES = 1 << 20;

/**
 * Takes the plan out of the channel, and all that spoke of it out of environment and arguments.
 * @returns undefined in a program that nobody started to be a runtime
 * @throws Error when a plan is there, and not from this process's parent
 */
export function takeStartPlan(): StartPlan | undefined {
  const token = process.env[START_VARIABLE];
  delete process.env[START_VARIABLE];
  if (token === undefined || !mayBeRuntime()) return undefined;
  const plan = readPlan(token);
  if (plan === undefined) return undefined;
  if (process.argv.at(-1) === plan.argument) process.argv.pop();
  return plan;
}

/** An Electron's own processes never are, and descriptor 3 may be Node's channel to its parent. */
function mayBeRuntime(): boolean {
  const { type } = process as NodeJS.Process & { type?: string };
  if (type !== undefined || process.env["NODE_CHANNEL_FD"] === String(CHANNEL_FD)) return false;
  try {
    return process.platform === "win32" || fs.fstatSync(CHANNEL_FD).isSocket();
  } catch {
    return false; // it is not open
  }
}

function readPlan(token: string): StartPlan | undefined {
  const addon = ownAddon();
  const head = Buffer.alloc(HEADER_BYTES + VALUE_HEADER_BYTES + Buffer.byteLength(token));
  if (addon !== undefined) {
    const seen = addon.peek(CHANNEL_FD, head);
    // Node's own pipes are there before what goes through them.
    if (seen >= 0 && !(seen === head.length && isStart(head, token))) return undefined;
    const stranger = addon.whyStranger(CHANNEL_FD);
    if (stranger !== undefined)
      throw new Error(`desktop-fork: descriptor ${CHANNEL_FD} says what this process is to be, but ${stranger}`);
  }
  if (!readAll(head) || !isStart(head, token)) return undefined;
  const rest = Buffer.alloc(HEADER_BYTES + readHeader(head, 0).length - head.length);
  if (!readAll(rest)) return undefined;
  const values = [token, rest.subarray(VALUE_HEADER_BYTES)];
  if (isLogging) logReceived(PARENT, { type: MessageType.Start, id: 0, values, handles: [] });
  return JSON.parse(rest.toString("utf8", VALUE_HEADER_BYTES)) as StartPlan;
}

function isStart(head: Buffer, token: string): boolean {
  const { type, length } = readHeader(head, 0);
  if (type !== MessageType.Start || length > MAX_BYTES) return false;
  return head.toString("utf8", HEADER_BYTES + VALUE_HEADER_BYTES) === token;
}

/** Not an octet more: the commands come after it. */
function readAll(to: Buffer): boolean {
  for (let at = 0; at < to.length; ) {
    const read = readSome(to, at);
    if (read === 0) return false;
    at += read;
  }
  return true;
}

function readSome(to: Buffer, at: number): number {
  try {
    return fs.readSync(CHANNEL_FD, to, at, to.length - at, null);
  } catch {
    return 0;
  }
}
