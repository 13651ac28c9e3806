/**
 * Leaving quickly. Node takes its heap apart before it exits, which costs a forked child more than all the rest of its
 * life. The kernel does the same in one go. What a program can see stays: `exit` listeners, the exit code, output.
 */
import type { Addon } from "../../native/addon/addon.cjs";
import { isStop } from "./program-stopped.cjs";

/** These write their results while Node takes itself apart. */
const NEEDS_ORDINARY_EXIT = /-prof\b|--prof\b|coverage|trace-event|--report|diagnostic-dir/;

let ordinary = false;
/** Node has something to write after `exit`, or there is no end. */
let needsStreams = false;
/** The functions of a process by which it leaves, while nobody else has wrapped them. */
let own: Record<"emit" | "exit" | "reallyExit", unknown> | undefined;

/** Call it once, before any code of others runs. */
export function leaveQuickly(addon: Addon, execArgv: readonly string[]): void {
  ordinary = NEEDS_ORDINARY_EXIT.test([...execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" "));
  const { dlopen, emit, reallyExit } = process as NodeJS.Process & { reallyExit(code: number): void };
  const leave = (code: unknown) => {
    if (leavesQuickly()) addon.quickExit(Number(code ?? 0));
  };
  // Native modules may have destructors that matter.
  process.dlopen = function (this: NodeJS.Process, ...args: Parameters<typeof dlopen>) {
    ordinary = true;
    return dlopen.apply(this, args);
  };
  // Node prints an uncaught exception after `exit`.
  process.on("uncaughtExceptionMonitor", (error) => {
    if (!isStop(error)) ordinary = needsStreams = true;
  });
  Object.assign(process, {
    reallyExit(code: number) {
      leave(code);
      reallyExit.call(process, code);
    },
  });
  const emitThenLeave = function (this: NodeJS.Process, event: string, ...args: unknown[]) {
    const heard = Reflect.apply(emit, this, [event, ...args]) as boolean;
    // Whoever wrapped this function too (signal-exit does) has something to do after the listeners.
    if (event === "exit" && process.emit === emitThenLeave) leave(process.exitCode ?? args[0]);
    // An event loop that has become empty resets the terminal next, before any handler of the system's exit.
    if (event === "exit" && !needsStreams) addon.hideTerminal();
    return heard;
  } as typeof emit;
  process.emit = emitThenLeave;
  own = waysOut();
}

/** False when this process, as it is now, takes Node's ordinary way out. */
export function leavesQuickly(): boolean {
  return !ordinary && !process.env["NODE_V8_COVERAGE"];
}

function waysOut(): { emit: unknown; exit: unknown; reallyExit: unknown } {
  const { emit, exit, reallyExit } = process as NodeJS.Process & { reallyExit: unknown };
  return { emit, exit, reallyExit };
}

/** Whether no code of others has wrapped a function by which this process leaves. */
export function hasOwnExit(): boolean {
  const now = waysOut();
  return own !== undefined && own.emit === now.emit && own.exit === now.exit && own.reallyExit === now.reallyExit;
}

/** Until `act` returns, an exit takes Node's ordinary way. */
export function withOrdinaryExit(act: () => void): void {
  const before = { ordinary, needsStreams };
  ordinary = needsStreams = true;
  try {
    act();
  } finally {
    ({ ordinary, needsStreams } = before);
  }
}
