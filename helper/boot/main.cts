/** Where a fresh runtime starts: node [flags] main.cjs, with its plan in the channel. */

import { beginSelfTest } from "./fork-self-test.cjs";
import { prepare } from "./prepare.cjs";
import { takeStartPlan } from "./start-plan.cjs";

const plan = takeStartPlan();
if (plan === undefined) throw new Error("this file is started by desktop-fork, with a plan in its channel");
process.argv.length = 1;
const prepared = prepare(plan);
const { addon } = prepared;
const selfTest = addon !== undefined && plan.tryFork ? beginSelfTest(addon) : undefined;
if (selfTest === undefined) serve();
else void selfTest.begun.then(serve);

/** What that needs is loaded while the self-test is under way. */
function serve(): void {
  const host = require("./host.cjs") as typeof import("./host.cjs");
  void host.serve(prepared, selfTest);
}
