/** The worker's socket: made when a function is entered, or ahead of that, and handed to whoever asked for the function. */
import type net from "node:net";
import { MessageType } from "../helper/wire/message.cjs";
import type { PreparePlan, RunPlan } from "../helper/wire/plans.cjs";
import type { Addon } from "../native/addon.cjs";
import type { Connection } from "./connection.js";
import { socketPair } from "./launch.js";
import { requireAddon, tryAddon } from "./native.js";

/** What this program has entered last: most do the same again and again. */
let usual: PreparePlan = "function";

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
   * Asks for the function, and resolves when it has been entered.
   * @param failure why the process has failed meanwhile
   * @returns a descriptor, the caller's; without the addon a stream
   * @throws ForkError ERR_FORK_SYSTEM, or why the function was not entered
   */
  enter(connection: Connection, plan: RunPlan, failure: () => Error | undefined): Promise<number | net.Socket> {
    return this.socket === undefined
      ? this.#enterWithPair(connection, plan, failure)
      : enterWithSocket(connection, plan, this.socket);
  }

  /** Closes what was made ahead of need. */
  close(): void {
    if (this.#prepared !== undefined) requireAddon("a worker's socket").close(this.#prepared);
    this.#prepared = undefined;
  }

  #enterWithPair(connection: Connection, plan: RunPlan, failure: () => Error | undefined): Promise<number> {
    const addon = requireAddon("a worker's socket");
    usual = "service" in plan ? "rpc" : "function";
    const theirs: number[] = [];
    const ours = this.#prepared ?? newEnd(addon, theirs);
    this.#prepared = undefined;
    return new Promise((resolve, reject) => {
      const fail = (error: Error | undefined) => {
        addon.close(ours);
        reject(error);
      };
      const succeed = () => {
        const failed = failure();
        if (connection.pid === undefined || failed !== undefined) return fail(failed ?? connection.failure);
        resolve(ours);
      };
      connection.request(MessageType.Run, [planText(plan)], theirs, {
        answered: () => connection.onBirth(succeed),
        failed: fail,
      });
    });
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

function enterWithSocket(connection: Connection, plan: RunPlan, socket: net.Socket): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    connection.request(MessageType.Run, [planText(plan)], [], {
      answered: () => resolve(socket.ref()),
      failed: (error) => {
        socket.destroy();
        reject(error);
      },
    });
  });
}
