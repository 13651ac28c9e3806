/**
 * What ends a run before its time: Ctrl-C and its relatives, and an output that takes no more. The first signal ends the
 * work in order, the second one ends the program.
 */
import { ExitCode } from "./exit-code.js";
import { printError } from "./report/print.js";

const SIGNALS = { SIGINT: ExitCode.Interrupted, SIGTERM: ExitCode.Terminated, SIGHUP: ExitCode.Hangup } as const;

/** One key press may come twice: from the terminal, and passed on by npm. */
const SAME_PRESS_MS = 200;

export class Interruption {
  readonly #abort = new AbortController();
  #exitCode: ExitCode | undefined;
  #firstMs = 0;

  /** Listens until the program ends. */
  constructor() {
    for (const [signal, exitCode] of Object.entries(SIGNALS)) process.on(signal, () => this.#onSignal(exitCode));
    process.stdout.on("error", (error: NodeJS.ErrnoException) => this.#onOutputError(error));
    process.stderr.on("error", () => {}); // nowhere is left to tell
  }

  /** For what came first; undefined as long as nothing did. */
  get exitCode(): ExitCode | undefined {
    return this.#exitCode;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  #onSignal(exitCode: ExitCode): void {
    if (this.#exitCode === undefined) this.#end(exitCode);
    else if (performance.now() - this.#firstMs > SAME_PRESS_MS) process.exit(exitCode);
  }

  #onOutputError(error: NodeJS.ErrnoException): void {
    if (this.#exitCode !== undefined) return;
    const isUnread = error.code === "EPIPE";
    if (!isUnread)
      printError(Object.assign(new Error(`standard output can't be written: ${error.message}`), { code: error.code }));
    this.#end(isUnread ? ExitCode.BrokenPipe : ExitCode.Failed);
    // The news may come after all else is done.
    process.exitCode = this.#exitCode;
  }

  #end(exitCode: ExitCode): void {
    this.#exitCode = exitCode;
    this.#firstMs = performance.now();
    this.#abort.abort();
  }
}
