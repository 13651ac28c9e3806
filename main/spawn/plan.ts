/** What whoever starts a program is told of it. */
import { MAX_HANDLES } from "../../helper/wire/message.cjs";
import type { ProgramPlan } from "../../helper/wire/plans.cjs";
import type { Command } from "./command.js";

/** Whether one message can carry all that the program is given. */
export function isSendable({ stdio }: Command): boolean {
  return stdio.length < MAX_HANDLES;
}

/** @param places per descriptor of the program where it is among the message's handles; -1 for none */
export function programPlan({ file, cwd, detached, uid, gid, resources }: Command, places: number[]): ProgramPlan {
  const plan: ProgramPlan = { file, stdio: places, ...resources };
  if (cwd !== undefined) plan.cwd = cwd;
  if (detached) plan.session = true;
  if (uid !== undefined) plan.uid = uid;
  if (gid !== undefined) plan.gid = gid;
  return plan;
}
