/** AbortSignals: which values are one, and what happens when one is aborted. */
import { abortError } from "./errors.js";

export interface WaitOptions {
  /** Aborting ends the waiting with an AbortError, and nothing else. */
  signal?: AbortSignal;
}

type Listener = () => void;

interface Watch {
  readonly listeners: Set<Listener>;
  /** The signal's only listener. */
  readonly tell: Listener;
}

/** One listener per signal: a signal looks at all its listeners for each new one, and Node 20 warns of the eleventh. */
const watches = new WeakMap<AbortSignal, Watch>();

/** By its looks: the class may be that of another context. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  return typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
}

/**
 * Calls a listener once when a signal is aborted; at once for one that is aborted already. What a listener throws is an
 * uncaught exception, and the other listeners are called all the same.
 * @returns a function that forgets the listener
 */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  if (signal.aborted) {
    listener();
    return () => {};
  }
  // A function may be given twice, and forgotten once.
  const own = () => listener();
  const watch = watches.get(signal) ?? watchOver(signal);
  watch.listeners.add(own);
  return () => {
    if (!watch.listeners.delete(own) || watch.listeners.size > 0 || watches.get(signal) !== watch) return;
    watches.delete(signal);
    signal.removeEventListener("abort", watch.tell);
  };
}

/** The promise goes on after an abort; if it fails then, nobody is told. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = onAbort(signal, () => reject(abortError(signal)));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stop();
  }
}

function watchOver(signal: AbortSignal): Watch {
  const listeners = new Set<Listener>();
  const tell = () => {
    watches.delete(signal);
    for (const listener of listeners) call(listener);
  };
  const watch = { listeners, tell };
  watches.set(signal, watch);
  signal.addEventListener("abort", tell, { once: true });
  return watch;
}

function call(listener: Listener): void {
  try {
    listener();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
