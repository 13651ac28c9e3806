/** Errors with the names, codes and fields that node:child_process gives them. */
import { format, getSystemErrorName } from "node:util";

/** A system call that failed, as Node has it. @param errno negative */
export function systemFailure(errno: number, syscall: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall });
}

/** A program that could not be started. @param args `argv[0]` first */
export function spawnFailure(errno: number, file: string, args: readonly string[]): NodeJS.ErrnoException {
  return Object.assign(systemFailure(errno, `spawn ${file}`), { path: file, spawnargs: args.slice(1) });
}

export function unknownSignal(signal: unknown): TypeError {
  return withCode(new TypeError(format("Unknown signal: %s", signal)), "ERR_UNKNOWN_SIGNAL");
}

export function bufferExceeded(stream: "stdout" | "stderr"): RangeError {
  return withCode(new RangeError(`${stream} maxBuffer length exceeded`), "ERR_CHILD_PROCESS_STDIO_MAXBUFFER");
}

/** The code stands in the first line of the stack and not in the name, as in Node's own. */
function withCode<E extends Error>(error: E, code: string): E {
  const { stack } = error;
  if (stack !== undefined) error.stack = stack.replace(error.name, `${error.name} [${code}]`);
  return Object.assign(error, { code });
}
