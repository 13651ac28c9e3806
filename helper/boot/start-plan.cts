/** How a fresh runtime is told what it is to be: by its last argument. */
import type { StartPlan } from "../protocol/plans.cjs";
import { START_ARGUMENT } from "../protocol/plans.cjs";

/** Takes the plan off the arguments, so that the program that reads them does not see it. */
export function takeStartPlan(): StartPlan | undefined {
  const last = process.argv.at(-1);
  if (!last?.startsWith(START_ARGUMENT)) return undefined;
  process.argv.pop();
  return JSON.parse(last.slice(START_ARGUMENT.length)) as StartPlan;
}
