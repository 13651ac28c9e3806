/** Waiting that somebody may give up. */
import { abortError } from "./errors.js";

export interface WaitOptions {
  /** Aborting ends the waiting with an AbortError, and nothing else. */
  signal?: AbortSignal;
}

/** What was waited for goes on; if it fails later, that is nobody's concern. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(abortError(signal));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    stop = () => signal.removeEventListener("abort", abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stop();
  }
}
