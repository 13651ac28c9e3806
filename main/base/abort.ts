/** Waiting that somebody may give up. */
import { abortError } from "./errors.js";

export interface WaitOptions {
  /** Aborting ends the waiting with an AbortError, and nothing else. */
  signal?: AbortSignal;
}

/**
 * Calls back once, at once when the signal was aborted before.
 * @returns ends the listening
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => {};
  }
  signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}

/** What was waited for goes on; if it fails later, that is nobody's concern. */
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
