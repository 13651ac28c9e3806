/** A program that was started as a template of itself: it stops at the point where it becomes a template. */
import { prepareForOthers } from "../fork/before-others.cjs";
import { isStop, ProgramStopped } from "../fork/program-stopped.cjs";
import type { StartPlan } from "../protocol/plans.cjs";
import { serve } from "./host.cjs";
import { type Prepared, prepare } from "./prepare.cjs";

/** A bundled program, as its own runtime: it goes no further than its first module. */
export function becomeEmptyTemplate(plan: StartPlan): never {
  process.argv.length = 1;
  return stop(prepare(plan));
}

/** The program goes on, up to Template.ofProgram(). */
export function awaitProgram(plan: StartPlan): void {
  prepareForOthers();
  const prepared = prepare(plan);
  const ours = LEAVING.map((event) => process.listeners(event as "exit"));
  const early = () => process.stderr.write("desktop-fork: the program ended before it came to Template.ofProgram()\n");
  process.once("exit", early);
  prepared.context.becomeTemplate = (functions) => {
    delete prepared.context.becomeTemplate;
    // What a program does at its end is its own to do, not its workers'.
    for (const [index, event] of LEAVING.entries()) keepListeners(event, ours[index] ?? []);
    Object.assign(globalThis, functions);
    return stop(prepared);
  };
}

const LEAVING = ["beforeExit", "exit"] as const;

function keepListeners(event: (typeof LEAVING)[number], kept: readonly unknown[]): void {
  for (const listener of process.listeners(event as "exit"))
    if (!kept.includes(listener)) process.off(event as "exit", listener);
}

/** Out of the program, whether it is a script or an ES module, and on from the event loop. */
function stop(prepared: Prepared): never {
  const swallow = (error: unknown) => {
    if (!isStop(error)) throw error;
  };
  process.on("uncaughtException", swallow);
  setImmediate(() => {
    process.off("uncaughtException", swallow);
    void serve(prepared);
  });
  throw new ProgramStopped();
}
