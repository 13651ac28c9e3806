/** The addon as the parent uses it: loaded once, on Linux. */

import { whyNoAddon } from "../../helper/protocol/environment.cjs";
import { processContext } from "../../helper/protocol/process-context.cjs";
import { type Addon, loadAddon } from "../../native/addon/addon.cjs";
import { heeding } from "./environment.js";
import { ForkError } from "./errors.js";

let loaded: Addon | Error | undefined;

/** The addon, or why there is none. `DESKTOP_FORK_NO_ADDON=1` does without. */
export function tryAddon(): Addon | Error {
  loaded ??= chooseAddon();
  return loaded;
}

function chooseAddon(): Addon | Error {
  const reason = heeding(whyNoAddon);
  if (reason !== undefined) return reason;
  // A worker shares what its process has: a second copy would not know of the first one's children.
  return processContext()?.addon ?? loadUsable();
}

/** Every process is held by a pidfd; without them `child_process` does better. */
function loadUsable(): Addon | Error {
  const addon = loadAddon();
  if (addon instanceof Error || addon.hasPidfds()) return addon;
  return new Error("there are no pidfds: the kernel is older than Linux 5.4, or a sandbox denies them");
}

/** @throws ForkError ERR_FORK_UNSUPPORTED */
export function requireAddon(what: string): Addon {
  const addon = tryAddon();
  if (addon instanceof Error)
    throw new ForkError("ERR_FORK_UNSUPPORTED", `${what} needs the native addon: ${addon.message}`, { cause: addon });
  return addon;
}
