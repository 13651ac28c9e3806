/** Where a fresh runtime starts: node [flags] main.cjs PLAN. */
import { prepare, serve } from "./host.cjs";
import { takeStartPlan } from "./start-plan.cjs";

const plan = takeStartPlan();
if (plan === undefined) throw new Error("this file is started by desktop-fork, with a plan as its last argument");
process.argv.length = 1;
void serve(prepare(plan));
