/** What whoever starts a program is told of it. */
import { MAX_HANDLES } from "../../helper/protocol/message.cjs";
import type { ProgramPlan } from "../../helper/protocol/plans.cjs";
import type { Command } from "./command.js";
import type { OpenStdio } from "./stdio.js";

/** Whether one message can carry all that the program is given. */
export function isSendable({ stdio }: Command): boolean {
  return stdio.length < MAX_HANDLES;
}

/** What a plan is made of, besides where the handles are. */
type Told = Pick<Command, "file" | "stdio" | "cwd" | "detached" | "uid" | "gid" | "resources">;

/** The plan that was asked for last: programs are mostly started as others before. */
let last: { told: Told; directory: number | undefined; text: string } | undefined;

/** The {@link ProgramPlan} of a program, as JSON. */
export function planText(told: Told, { places, directory }: OpenStdio): string {
  if (last !== undefined && last.directory === directory && isSame(told, last.told)) return last.text;
  const { file, stdio, cwd, detached, uid, gid, resources } = told;
  const text = newPlanText(told, places, directory);
  last = { told: { file, stdio, cwd, detached, uid, gid, resources }, directory, text };
  return text;
}

/** As far as a glance tells. */
function isSame(one: Told, other: Told): boolean {
  return (
    one.file === other.file &&
    one.stdio === other.stdio &&
    one.cwd === other.cwd &&
    one.detached === other.detached &&
    one.uid === other.uid &&
    one.gid === other.gid &&
    one.resources === other.resources
  );
}

function newPlanText(told: Told, places: readonly number[], directory: number | undefined): string {
  const { file, cwd, detached, uid, gid, resources } = told;
  const plan: ProgramPlan = { file, stdio: [...places], ...resources };
  if (directory !== undefined) plan.directory = directory;
  if (cwd !== undefined) plan.cwd = cwd;
  if (detached) plan.session = true;
  if (uid !== undefined) plan.uid = uid;
  if (gid !== undefined) plan.gid = gid;
  return JSON.stringify(plan);
}
