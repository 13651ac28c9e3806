/** desktop-fork/worker: what code in a process of this library may want, and the functions of an rpc or pool worker. */

import { afterForkHooks } from "../fork/after-fork-hooks.cjs";
import { type Argument, processContext } from "../protocol/process-context.cjs";
import { workerContext, workerListeners } from "./context.cjs";

export { OpenFile } from "../protocol/open-file.cjs";
export type { Argument } from "../protocol/process-context.cjs";

/** The `code` of what these functions throw in a process that is no rpc or pool worker. */
const NO_WORKER = "ERR_FORK_NO_WORKER";

function context(what: string): NonNullable<ReturnType<typeof workerContext>> {
  const found = workerContext();
  if (found !== undefined) return found;
  throw Object.assign(new Error(`${what}() is for functions that are called by rpc or by a pool`), { code: NO_WORKER });
}

/** Pid of the program that this process works for; undefined in a program that this library did not start. */
export function ownerPid(): number | undefined {
  return processContext()?.owner;
}

/**
 * Takes what was sent to this process so far, for code that runs before `run`: the function receives, and a fork inherits,
 * only what is sent later. The handles among them are the caller's.
 */
export function runArgs(): Argument[] {
  return processContext()?.takeArguments() ?? [];
}

/**
 * Calls back in each process that is forked from this one, and from its forks: in the child, before any other code of yours
 * runs there, and in the order of registration. For what siblings must not share, such as seeds, ids and connections.
 * What the hook throws is an uncaught exception of the child. A runtime of its own (strategy `exec`) is no fork.
 * @param hook is synchronous: nobody waits for a promise of it
 * @returns unregisters the hook, in this process and in its later forks
 * @throws TypeError when the hook is no function
 */
export function afterFork(hook: () => void): () => void {
  if (typeof hook !== "function") throw new TypeError("afterFork() takes a function");
  const registered = () => hook();
  afterForkHooks().add(registered);
  return () => {
    afterForkHooks().delete(registered);
  };
}

/** Whether this code runs in an rpc or pool worker. */
export function isWorker(): boolean {
  return workerContext() !== undefined;
}

/**
 * Sends an event to the parent: `rpc.on(name, …)` or `pool.on("event", …)` there. Events and results arrive in the order in
 * which they were sent.
 * @throws Error when an argument can't be serialised
 */
export function emit(name: string, ...args: unknown[]): void {
  context("emit").emit(name, args);
}

/** Listens to an event that the parent sends with `rpc.emit`. Add it while the module loads: what comes before is lost. */
export function on(name: string, listener: (...args: never[]) => void): void {
  if (typeof listener !== "function") throw new TypeError("a listener must be a function");
  workerListeners().add(name, listener);
}

export function off(name: string, listener: (...args: never[]) => void): void {
  workerListeners().remove(name, listener);
}

/** Resolves when the system has taken all that was sent so far: a `process.exit()` after it loses nothing. */
export async function flush(): Promise<void> {
  await context("flush").flushed();
}

/**
 * Aborts when the caller of this call aborts it, or when its time is over. Ask for it before the first `await`: later
 * nobody can tell whose call it is.
 * @throws Error after that
 */
export function abortSignal(): AbortSignal {
  return context("abortSignal").abortSignal();
}

/** In a pool: this worker gets no more jobs; it finishes those that it has, and is replaced. Any number of times. */
export function retire(): void {
  context("retire").retire();
}
