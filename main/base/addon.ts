/** The addon as the parent uses it: loaded once, on Linux. */

import { processContext } from "../../helper/protocol/process-context.cjs";
import { type Addon, loadAddon } from "../../native/addon/addon.cjs";
import { ForkError } from "./errors.js";

let loaded: Addon | Error | undefined;

/** Descriptors that live long go above this, so that a crowded low range stays free for what must be there. */
export const HIGH_FD = 64;

/** The addon, or why there is none. `DESKTOP_FORK_NO_ADDON=1` does without. */
export function tryAddon(): Addon | Error {
  loaded ??= chooseAddon();
  return loaded;
}

function chooseAddon(): Addon | Error {
  if (process.env["DESKTOP_FORK_NO_ADDON"]) return new Error("DESKTOP_FORK_NO_ADDON is set");
  if (process.platform !== "linux") return new Error(`the addon is for Linux, this is ${process.platform}`);
  // A worker shares what its process has: a second copy would not know of the first one's children.
  return processContext()?.addon ?? loadAddon();
}

/** @throws ForkError ERR_FORK_UNSUPPORTED */
export function requireAddon(what: string): Addon {
  const addon = tryAddon();
  if (addon instanceof Error)
    throw new ForkError("ERR_FORK_UNSUPPORTED", `${what} needs the native addon: ${addon.message}`, { cause: addon });
  return addon;
}
