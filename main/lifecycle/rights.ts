/** What a fork is to have of this program, when that has changed since its source was asked for. */
import { ForkError } from "../base/errors.js";
import { type Change, changeOf, type Rights } from "../base/rights.js";

/** What was asked for by name, and so does not follow this program. */
export interface Keeps {
  directory: boolean;
  priority: boolean;
}

/** @returns undefined when there is nothing to follow */
export function changeFor(keeps: Keeps, before: Rights, now: Rights): Change | undefined {
  const change = changeOf(before, now);
  if (change === undefined) return undefined;
  if (keeps.directory) delete change.directory;
  if (keeps.priority) delete change.priority;
  return Object.keys(change).length > 0 ? change : undefined;
}

export function rightsError(pid: number | undefined): ForkError {
  const message = `process ${pid} has the user and groups that this program had when it asked for the process, not those of now: a fork of it would have them, too`;
  return new ForkError("ERR_FORK_RIGHTS", message, { pid });
}
