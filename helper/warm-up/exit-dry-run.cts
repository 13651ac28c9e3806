/** The end of a process, without an end. */
import { hasOwnExit, withOrdinaryExit } from "../fork/exit.cjs";

/**
 * Real exits find the code compiled, and in memory of their own. Listeners of `exit` are not called: their time has not
 * come. Where code of others has wrapped a function of the exit, nothing is done.
 */
export function dryRunExit(): void {
  if (!hasOwnExit()) return;
  const { exitCode, reallyExit } = process as NodeJS.Process & { reallyExit: unknown };
  const listeners = process.rawListeners("exit");
  process.removeAllListeners("exit");
  Object.assign(process, { reallyExit: () => {} });
  try {
    withOrdinaryExit(() => process.exit());
  } finally {
    Object.assign(process, { reallyExit, _exiting: false });
    process.exitCode = exitCode;
    for (const listener of listeners) process.on("exit", listener as NodeJS.ExitListener);
  }
}
