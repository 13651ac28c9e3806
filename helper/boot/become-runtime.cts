/** A program as its own runtime. */
import { takeStartPlan } from "./start-plan.cjs";

/** Does not return when this program was started to be an empty template. */
export function becomeRuntime(): void {
  const plan = takeStartPlan();
  if (plan === undefined) return;
  // Only then: a parent has no use for what makes a template.
  const { awaitProgram, becomeEmptyTemplate } =
    require("./program-template.cjs") as typeof import("./program-template.cjs");
  if (plan.program) awaitProgram(plan);
  else becomeEmptyTemplate(plan);
}
