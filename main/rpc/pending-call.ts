/** Calls that were made, as the caller's end keeps them. */

/** What waits for an answer. Exactly one of `resolve` and `reject` is called, then `finished`, then `settled`. */
export interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** The worker is done with it: at once, or at the end of the stream that it resolved with. */
  finished?(): void;
  /** The worker is really done with it: later than `finished` when the call was abandoned or its stream cancelled. */
  settled?(): void;
}

export type RestOfCall = Pick<PendingCall, "finished" | "settled">;

const NOTHING: RestOfCall = {};

/**
 * What is left of a call when its promise has settled. The promise holds the stream that it resolved with; without it a
 * stream that nobody reads can be collected.
 */
export function restOf(call: PendingCall): RestOfCall {
  return call.finished === undefined && call.settled === undefined ? NOTHING : call;
}
