/** What the code of a worker can reach of its rpc: found by a global symbol, so that a bundled copy finds it too. */
import { Listeners } from "./listeners.cjs";

export interface WorkerContext {
  emit(name: string, values: readonly unknown[]): void;
  flushed(): Promise<void>;
  abortSignal(): AbortSignal;
  retire(): void;
}

const KEY = Symbol.for("desktop-fork.worker");
const LISTENERS = Symbol.for("desktop-fork.listeners");
const globals = globalThis as { [KEY]?: WorkerContext | undefined; [LISTENERS]?: Listeners };

export function setWorkerContext(context: WorkerContext | undefined): void {
  globals[KEY] = context;
}

export function workerContext(): WorkerContext | undefined {
  return globals[KEY];
}

/** Who listens to the parent's events: also what was added before there was a parent to listen to, in a template even. */
export function workerListeners(): Listeners {
  globals[LISTENERS] ??= new Listeners();
  return globals[LISTENERS];
}
