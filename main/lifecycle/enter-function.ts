/** The worker's socket: made when a function is entered, or ahead of that, and handed to the one who asked for the function. */
import type net from "node:net";
import { MessageType } from "../../helper/protocol/message.cjs";
import { openSocket } from "../../helper/protocol/open-socket.cjs";
import type { PreparePlan, RunPlan } from "../../helper/protocol/plans.cjs";
import { requireAddon, tryAddon } from "../base/addon.js";
import { systemError } from "../base/errors.js";
import { socketPair } from "../handles/socket-pair.js";
import type { ManagedProcess } from "./managed-process.js";

/** This program's end of a worker's socket: a descriptor, the receiver's; without the addon a stream. */
export type SocketEnd = number | net.Socket;

/** What this program has entered last: most do the same again and again. */
let usual: PreparePlan = "function";

/**
 * Node's socket, the caller's. When there can't be one, the worker ends.
 * @param process held for the caller; released if this throws
 * @throws ForkError ERR_FORK_SYSTEM
 */
export function socketOf(process: ManagedProcess, end: SocketEnd): net.Socket {
  if (typeof end !== "number") return end;
  try {
    return openSocket(end);
  } catch (error) {
    requireAddon("a worker's socket").close(end);
    process.end();
    process.release();
    throw systemError("a worker's socket could not be opened", error);
  }
}

export class WorkerSocket {
  /** Without the addon: the end that exists from the start, until a function has it. */
  stream: net.Socket | undefined;
  /** This end of one whose other end the process has already. */
  #prepared: number | undefined;

  /** While there is time: what enter() would have to make. What fails here, enter() will say. */
  prepare(process: ManagedProcess): void {
    const addon = tryAddon();
    if (addon instanceof Error || this.stream !== undefined || this.#prepared !== undefined) return;
    try {
      const [ours, theirs] = socketPair(addon);
      this.#prepared = ours;
      process.post(MessageType.Prepare, [usual], [theirs]);
    } catch {
      // There is no descriptor left.
    }
  }

  /**
   * Asks for the function. Exactly one of the callbacks is called, once.
   * @param entered the process is held until the receiver releases it, and the end is the receiver's
   * @throws ForkError ERR_FORK_SYSTEM; nothing has been asked then
   */
  enter(
    process: ManagedProcess,
    plan: RunPlan,
    entered: (end: SocketEnd) => void,
    failed: (error: Error) => void,
  ): void {
    usual = "service" in plan ? "rpc" : "function";
    const theirs: number[] = [];
    const ours = this.#take(theirs);
    const fail = (error: Error) => {
      closeEnd(ours);
      failed(error);
    };
    // A child may answer before its template tells of it.
    const answered = () =>
      process.whenStarted((failure) => {
        if (failure !== undefined) return fail(failure);
        process.entered();
        if (typeof ours !== "number") ours.ref();
        entered(ours);
      });
    process.request(MessageType.Run, [planText(plan)], theirs, { answered, failed: fail });
  }

  /** @param theirs gets the other end of a new socket. @returns this end, the caller's */
  #take(theirs: number[]): SocketEnd {
    const ours = this.stream ?? this.#prepared;
    this.stream = undefined;
    this.#prepared = undefined;
    if (ours !== undefined) return ours;
    const pair = socketPair(requireAddon("a worker's socket"));
    theirs.push(pair[1]);
    return pair[0];
  }

  /** Closes what was made ahead of need. */
  close(): void {
    if (this.#prepared !== undefined) closeEnd(this.#prepared);
    this.#prepared = undefined;
    this.stream?.destroy();
    this.stream = undefined;
  }
}

function closeEnd(end: SocketEnd): void {
  if (typeof end === "number") requireAddon("a worker's socket").close(end);
  else end.destroy();
}

/** The plan that was written last: it is often the next one as well. */
let written: { plan: RunPlan; text: string } | undefined;

function planText(plan: RunPlan): string {
  if (written?.plan !== plan) written = { plan, text: JSON.stringify(plan) };
  return written.text;
}
