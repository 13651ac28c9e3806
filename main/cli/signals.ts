/** Ctrl-C and its relatives: the first one ends the work in order, the second one ends the program. */
import { ExitCode } from "./exit-code.js";

const SIGNALS = { SIGINT: ExitCode.Interrupted, SIGTERM: ExitCode.Terminated, SIGHUP: ExitCode.Hangup } as const;

/** One key press may come twice: from the terminal, and passed on by npm. */
const SAME_PRESS_MS = 200;

export interface Signals {
  /** For the signal that came first. */
  readonly exitCode: ExitCode;
  stop(): void;
}

/** Aborts on the first signal, and when nobody reads standard output any more. */
export function onSignals(abort: AbortController): Signals {
  let first: { exitCode: ExitCode; ms: number } | undefined;
  const end = (exitCode: ExitCode) => {
    const ms = performance.now();
    if (first === undefined) {
      first = { exitCode, ms };
      abort.abort();
    } else if (ms - first.ms > SAME_PRESS_MS) {
      process.exit(exitCode);
    }
  };
  const listeners = Object.entries(SIGNALS).map(([signal, exitCode]) => [signal, () => end(exitCode)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    end(ExitCode.BrokenPipe);
  });
  return {
    get exitCode() {
      return first?.exitCode ?? ExitCode.Failed;
    },
    stop() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}
