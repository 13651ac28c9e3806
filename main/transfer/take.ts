/** A process object that another program has passed on. */
import net from "node:net";
import type { ChannelEvents } from "../../helper/protocol/channel.cjs";
import { decodeMessage, type ReceivedOf } from "../../helper/protocol/content.cjs";
import {
  HEADER_BYTES,
  LOST_HANDLE,
  MAX_PAYLOAD_BYTES,
  type Message,
  MessageType,
} from "../../helper/protocol/message.cjs";
import type { HandleKind } from "../../helper/protocol/plans.cjs";
import { SocketChannel } from "../../helper/protocol/socket-channel.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { requireAddon } from "../base/addon.js";
import { ForkError, noDescriptorError } from "../base/errors.js";
import type { Child, Source } from "../connection/children.js";
import { statusOfReport } from "../connection/exit-status.js";
import { MAX_ANSWER_BYTES } from "../connection/incoming.js";
import { PidfdHandle } from "../connection/process-handle.js";
import { describeHandle, duplicate } from "../handles/handles.js";
import { ManagedProcess } from "../lifecycle/managed-process.js";
import { closeSteps, type Step } from "../lifecycle/replay-log.js";
import { HANDOVER_ID } from "./give.js";

export interface TakeOptions {
  /** Aborting ends the process, whatever it does, and rejects what is pending with an AbortError. */
  signal?: AbortSignal;
}

const STEPS = new Set([MessageType.Eval, MessageType.Require, MessageType.Arguments, MessageType.Handles]);

const NOTHING_THERE = "no process is waiting there: a handle can be used once, and before anything is read from it";
const INCOMPLETE = "the program that gave this process away ended before it had told what the process was told";

/** Descriptors that a handover brings: the channel and the pidfd. */
const HANDOVER_HANDLES = 2;

/**
 * @param handle taken over, unless this throws: then it is as it was
 * @throws ForkError ERR_FORK_HANDLE, ERR_FORK_PROTOCOL, ERR_FORK_SYSTEM, ERR_FORK_UNSUPPORTED
 */
export function fromHandle(handle: net.Socket | number, options: TakeOptions): ManagedProcess {
  const addon = requireAddon("taking a process over");
  const { fd } = describeHandle(handle);
  assertHandover(addon, fd);
  const copy = duplicate(addon, fd);
  reserve(addon, copy);
  const giver = new Giver(addon, copy);
  const core = giver.take(options);
  if (handle instanceof net.Socket) handle.destroy();
  else addon.close(fd);
  return core;
}

/** Looks, and takes nothing. */
function assertHandover(addon: Addon, fd: number): void {
  const header = Buffer.alloc(HEADER_BYTES);
  let bytes: number;
  try {
    bytes = addon.peek(fd, header);
  } catch (cause) {
    throw new ForkError("ERR_FORK_HANDLE", "what was given is no handle of a process, but no socket at all", { cause });
  }
  if (bytes <= 0) throw new ForkError("ERR_FORK_HANDLE", NOTHING_THERE);
  const id = header.readUInt32LE(8);
  if (bytes < HEADER_BYTES || header.readUInt8(4) !== MessageType.Handover || id >>> 16 !== HANDOVER_ID >>> 16)
    throw new ForkError("ERR_FORK_HANDLE", "what was given is no handle of a process; it was left as it is");
  if (id !== HANDOVER_ID)
    throw new ForkError("ERR_FORK_PROTOCOL", `the process speaks version ${id & 0xffff} of the protocol`);
}

/**
 * Makes sure that there is room for what comes: it would be lost.
 * @param copy closed if there is none
 * @throws ForkError ERR_FORK_SYSTEM
 */
function reserve(addon: Addon, copy: number): void {
  const room: number[] = [];
  try {
    while (room.length < HANDOVER_HANDLES) room.push(duplicate(addon, copy));
  } catch (error) {
    room.push(copy);
    throw error;
  } finally {
    for (const fd of room) addon.close(fd);
  }
}

/** The program that gave the process away: it learns how the process ends, and what it was told. */
class Giver implements ChannelEvents, Source {
  readonly #addon: Addon;
  readonly #channel: SocketChannel;
  readonly #steps: Step[] = [];
  #handover: Message | undefined;
  #process: ManagedProcess | undefined;
  #child: Child | undefined;
  /** How many steps there will be, until all are here; undefined when nobody needs them. */
  #awaited: number | undefined;
  #unforkable: string | undefined;
  #gone = false;

  /** @param fd the object's from now on */
  constructor(addon: Addon, fd: number) {
    this.#addon = addon;
    this.#channel = new SocketChannel({ addon, fd, events: this, maxPayloadBytes: MAX_PAYLOAD_BYTES });
    this.#channel.setReferenced(false);
  }

  /** @throws ForkError ERR_FORK_HANDLE when somebody else was quicker */
  take({ signal }: TakeOptions): ManagedProcess {
    this.#channel.readNow();
    if (this.#handover === undefined) {
      this.#channel.close();
      throw new ForkError("ERR_FORK_HANDLE", NOTHING_THERE);
    }
    const { plan, handles } = decodeMessage(this.#handover) as ReceivedOf<MessageType.Handover>;
    const [fd, pidfd] = handles as [number, number];
    const { pid, title, detached, repeat } = plan;
    const { reason, steps, ...options } = repeat ?? {};
    const process = new ManagedProcess({ title, detached, ...options });
    process.events.strangerEnded = (report) => this.#channel.send(MessageType.Exited, 0, [JSON.stringify(report)]);
    process.events.over = () => this.#channel.close();
    const channel = new SocketChannel({
      ...{ addon: this.#addon, fd },
      ...{ events: process, maxPayloadBytes: MAX_ANSWER_BYTES },
    });
    process.connect(channel, { source: this });
    process.started(new PidfdHandle(this.#addon, pid, pidfd, false));
    if (signal !== undefined) process.obey(signal);
    if (reason === undefined) process.inherit({ steps: [], unforkable: undefined });
    this.#process = process;
    this.#unforkable = reason;
    this.#awaited = steps;
    this.#handOver();
    return process;
  }

  message(message: Message): void {
    if (message.type === MessageType.Handover && this.#handover === undefined) this.#handover = message;
    else if (message.type === MessageType.Exited)
      this.#tellEnd(decodeMessage(message) as ReceivedOf<MessageType.Exited>);
    else if (STEPS.has(message.type)) this.#takeStep(message);
    else {
      this.#channel.discard(message.handles);
      this.#channel.close();
      this.end();
    }
  }

  end(): void {
    this.#gone = true;
    this.#child?.orphaned();
    this.#handOver();
  }

  adopt(_pid: number, child: Child): void {
    this.#child = child;
    if (this.#gone) child.orphaned();
  }

  hold(): void {
    this.#channel.setReferenced(true);
  }

  release(): void {
    this.#channel.setReferenced(false);
  }

  #tellEnd({ report }: ReceivedOf<MessageType.Exited>): void {
    const status = statusOfReport(report);
    if (status.code === null && status.signal === null) this.#child?.orphaned();
    else this.#child?.ended(status);
  }

  #takeStep({ type, values, handles }: Message): void {
    const sent = handles.map((fd, index) => ({ kind: values[index] as HandleKind, fd }));
    this.#steps.push({ type: type as Step["type"], values: sent.length > 0 ? [] : values, handles: sent });
    this.#handOver();
  }

  /** Gives the process object what its forks will have to repeat, once all of it is here, or can't come any more. */
  #handOver(): void {
    if (this.#process === undefined || this.#awaited === undefined) return;
    if (this.#steps.length < this.#awaited && !this.#gone) return;
    const complete = this.#steps.length >= this.#awaited;
    const steps = this.#steps.splice(0);
    this.#awaited = undefined;
    const lost = steps.some(({ handles }) => handles.some(({ fd }) => fd === LOST_HANDLE));
    if (complete && !lost) return this.#process.inherit({ steps, unforkable: this.#unforkable });
    closeSteps(steps);
    this.#process.inherit(
      lost ? noDescriptorError("what the process was told") : new ForkError("ERR_FORK_DIED", INCOMPLETE),
    );
  }
}
