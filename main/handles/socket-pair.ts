/** Two sockets that are connected to each other. */
import type { Addon } from "../../native/addon/addon.cjs";
import { ForkError } from "../base/errors.js";

/**
 * Both are the caller's.
 * @throws ForkError ERR_FORK_SYSTEM
 */
export function socketPair(addon: Addon): [number, number] {
  try {
    return addon.socketpair();
  } catch (error) {
    throw new ForkError("ERR_FORK_SYSTEM", `no socket for a process: ${(error as Error).message}`, { cause: error });
  }
}
