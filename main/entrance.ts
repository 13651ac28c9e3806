/** The worker's socket: made when a function is entered, or ahead of that, and handed to whoever asked for the function. */
import type net from "node:net";
import { MessageType } from "../helper/wire/message.cjs";
import type { RunPlan } from "../helper/wire/plans.cjs";
import type { Connection } from "./connection.js";
import { socketPair } from "./launch.js";
import { requireAddon, tryAddon } from "./native.js";

export class Entrance {
  /** Without the addon: the end of the worker's socket that exists from the start. */
  socket: net.Socket | undefined;
  /** Made ahead of need. */
  #pair: [number, number] | undefined;

  /** While there is time: what enter() would have to make. */
  prepare(): void {
    const addon = tryAddon();
    if (addon instanceof Error || this.#pair !== undefined) return;
    try {
      this.#pair = socketPair(addon);
    } catch {
      // enter() will say so.
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
    for (const fd of this.#pair ?? []) requireAddon("a worker's socket").close(fd);
    this.#pair = undefined;
  }

  #enterWithPair(connection: Connection, plan: RunPlan, failure: () => Error | undefined): Promise<number> {
    const addon = requireAddon("a worker's socket");
    const [ours, theirs] = this.#pair ?? socketPair(addon);
    this.#pair = undefined;
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
      connection.request(MessageType.Run, [planText(plan)], [theirs], {
        answered: () => connection.onBirth(succeed),
        failed: fail,
      });
    });
  }
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
