import type { Addon } from "../../native/addon/addon.cjs";
import { systemError } from "../base/errors.js";

/** @returns two connected ends, both the caller's. @throws ForkError ERR_FORK_SYSTEM */
export function socketPair(addon: Addon): [number, number] {
  try {
    return addon.socketpair();
  } catch (error) {
    throw systemError("no socket for a process", error);
  }
}
