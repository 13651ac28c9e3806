/** The worker's socket: made when a function is entered, or ahead of that, and handed to whoever asked for the function. */
import type net from "node:net";
import { MessageType } from "../../helper/protocol/message.cjs";
import { openSocket } from "../../helper/protocol/open-socket.cjs";
import type { PreparePlan, RunPlan } from "../../helper/protocol/plans.cjs";
import type { Addon } from "../../native/addon/addon.cjs";
import { requireAddon, tryAddon } from "../base/addon.js";
import { systemError } from "../base/errors.js";
import type { Connection } from "../connection/connection.js";
import { socketPair } from "../handles/socket-pair.js";

/** What this program has entered last: most do the same again and again. */
let usual: PreparePlan = "function";

/** Whoever wants a function to be entered. */
export interface Visitor {
  /**
   * It is entered. The connection is held until the visitor releases it.
   * @param end a descriptor, the visitor's; without the addon a stream
   */
  entered(end: number | net.Socket): void;
  failed(error: Error | undefined): void;
  /** Why the process has failed meanwhile. */
  failure(): Error | undefined;
}

/** What came of it: the worker's connection, held for the receiver, and the end of its socket. */
export interface Entered {
  connection: Connection;
  /** A descriptor, the receiver's; without the addon a stream. */
  end: number | net.Socket;
}

/**
 * Node's socket, the caller's. When there can't be one, the worker ends.
 * @throws ForkError ERR_FORK_SYSTEM
 */
export function socketOf({ connection, end }: Entered): net.Socket {
  if (typeof end !== "number") return end;
  try {
    return openSocket(end);
  } catch (error) {
    requireAddon("a worker's socket").close(end);
    connection.close();
    connection.release();
    throw systemError("a worker's socket could not be opened", error);
  }
}

export class Entrance {
  /** Without the addon: the end of the worker's socket that exists from the start. */
  socket: net.Socket | undefined;
  /** This end of one whose other end the process has already; the entrance's. */
  #prepared: number | undefined;

  /** While there is time: what enter() would have to make. What fails here, enter() will say. */
  prepare(connection: Connection): void {
    const addon = tryAddon();
    if (addon instanceof Error || this.socket !== undefined || this.#prepared !== undefined) return;
    try {
      const [ours, theirs] = socketPair(addon);
      this.#prepared = ours;
      connection.post(MessageType.Prepare, [usual], [theirs]);
    } catch {
      // There is no descriptor left.
    }
  }

  /**
   * Asks for the function. Exactly one of the visitor's callbacks is called, once.
   * @throws ForkError ERR_FORK_SYSTEM; nothing has been asked then
   */
  enter(connection: Connection, plan: RunPlan, visitor: Visitor): void {
    if (this.socket !== undefined) return enterWithSocket(connection, plan, this.socket, visitor);
    const addon = requireAddon("a worker's socket");
    usual = "service" in plan ? "rpc" : "function";
    const theirs: number[] = [];
    const ours = this.#prepared ?? newEnd(addon, theirs);
    this.#prepared = undefined;
    const failed = (error: Error | undefined) => {
      addon.close(ours);
      visitor.failed(error);
    };
    const entered = () => {
      const failure = visitor.failure();
      if (connection.pid === undefined || failure !== undefined) return failed(failure ?? connection.failure);
      connection.hold();
      visitor.entered(ours);
    };
    // A child may answer before its template tells of it.
    const answered = () => connection.onBirth(entered);
    connection.request(MessageType.Run, [planText(plan)], theirs, { answered, failed });
  }

  /** Closes what was made ahead of need. */
  close(): void {
    if (this.#prepared !== undefined) requireAddon("a worker's socket").close(this.#prepared);
    this.#prepared = undefined;
  }
}

/** @param theirs gets the other end of it. @returns this end of a new socket pair, the caller's */
function newEnd(addon: Addon, theirs: number[]): number {
  const pair = socketPair(addon);
  theirs.push(pair[1]);
  return pair[0];
}

/** The one that was written last: it is often the next one as well. */
let written: { plan: RunPlan; text: string } | undefined;

function planText(plan: RunPlan): string {
  if (written?.plan !== plan) written = { plan, text: JSON.stringify(plan) };
  return written.text;
}

function enterWithSocket(connection: Connection, plan: RunPlan, socket: net.Socket, visitor: Visitor): void {
  connection.request(MessageType.Run, [planText(plan)], [], {
    answered: () => {
      connection.hold();
      visitor.entered(socket.ref());
    },
    failed: (error) => {
      socket.destroy();
      visitor.failed(error);
    },
  });
}
