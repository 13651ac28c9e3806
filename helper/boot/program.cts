/**
 * A template of the program itself: the program runs in it as far as Template.ofProgram(), and no further. Loaded with
 * `--require`, so that the program is the main module as ever.
 */
import { awaitProgram } from "./program-template.cjs";
import { takeStartPlan } from "./start-plan.cjs";

const plan = takeStartPlan();
if (plan !== undefined) awaitProgram(plan);
