/** The processes of this program that live: for figures, and for a common end. */

import { ForkError } from "../base/errors.js";
import { assertPermitted } from "../base/permission.js";
import type { Connection } from "./connection.js";

/** A template can be forked; a worker runs a function, or serves calls; the rest wait to be told what to do. */
export type ProcessType = "template" | "worker" | "process";

const live = new Set<Connection>();
let ending = false;

export function liveProcesses(): readonly Connection[] {
  return [...live];
}

/** A process has come to life. In a program that is ending it came too late. */
export function enlist(connection: Connection): void {
  live.add(connection);
  if (ending && !connection.detached) connection.kill("SIGKILL");
}

export function strike(connection: Connection): void {
  live.delete(connection);
}

/** From now on no process is started. */
export function startNoMore(): void {
  ending = true;
}

/** @throws ForkError ERR_FORK_CLOSED, ERR_FORK_UNSUPPORTED; Node's own ERR_ACCESS_DENIED */
export function assertMayStart(): void {
  assertPermitted();
  if (ending) throw new ForkError("ERR_FORK_CLOSED", "this program is ending: it starts no more processes");
}
