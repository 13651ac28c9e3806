/** What the code of a worker can reach of its rpc: found by a global symbol, so that a bundled copy finds it too. */
import type { Listener } from "./listeners.cjs";

export interface WorkerContext {
  emit(name: string, values: readonly unknown[]): void;
  on(name: string, listener: Listener): void;
  off(name: string, listener: Listener): void;
  flushed(): Promise<void>;
  abortSignal(): AbortSignal;
  retire(): void;
}

const KEY = Symbol.for("desktop-fork.worker");
const globals = globalThis as { [KEY]?: WorkerContext | undefined };

export function setWorkerContext(context: WorkerContext | undefined): void {
  globals[KEY] = context;
}

export function workerContext(): WorkerContext | undefined {
  return globals[KEY];
}
