/**
 * Leaving quickly. Node takes its heap apart before it exits, which costs a forked child more than all the rest of its
 * life. The kernel does the same in one go. What a program can see stays: `exit` listeners, the exit code, output.
 */
import type { Addon } from "../native/addon.cjs";

/** These write their results while Node takes itself apart. */
const NEEDS_ORDINARY_EXIT = /-prof\b|--prof\b|coverage|trace-event|--report|diagnostic-dir/;

let ordinary = NEEDS_ORDINARY_EXIT.test([...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" "));

/** Call it once, before any code of others runs. */
export function leaveQuickly(addon: Addon): void {
  const { dlopen, emit } = process;
  // Native modules may have destructors that matter.
  process.dlopen = function (this: NodeJS.Process, ...args: Parameters<typeof dlopen>) {
    ordinary = true;
    return dlopen.apply(this, args);
  };
  // Node prints an uncaught exception after `exit`.
  process.once("uncaughtExceptionMonitor", () => {
    ordinary = true;
  });
  process.emit = function (this: NodeJS.Process, event: string, ...args: unknown[]) {
    const heard = Reflect.apply(emit, this, [event, ...args]) as boolean;
    if (event === "exit" && !ordinary && !process.env["NODE_V8_COVERAGE"])
      addon.quickExit(Number(process.exitCode ?? args[0] ?? 0));
    return heard;
  } as typeof emit;
}
