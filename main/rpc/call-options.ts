/** What bounds one call: an AbortSignal, and a time limit. */
import { abortError, ForkError } from "../errors.js";
import type { PendingCall, RpcClient } from "./client.js";

export interface CallOptions {
  /** Aborting rejects the call with an AbortError; the worker sees it through `abortSignal()`. A stream ends, too. */
  signal?: AbortSignal | undefined;
  /** How long the promise may take to settle, in milliseconds; then it rejects with ERR_FORK_TIMEOUT, and the worker sees
   * an abort. 0: for ever, which is the default. */
  timeout?: number | undefined;
}

const MAX_TIMEOUT_MS = 0x7fff_ffff;

/** @throws ForkError ERR_FORK_ARGUMENT */
export function checkTimeout(timeout: unknown, what: string): asserts timeout is number {
  if (typeof timeout !== "number" || !(timeout >= 0 && timeout <= MAX_TIMEOUT_MS))
    throw new ForkError(
      "ERR_FORK_ARGUMENT",
      `${what} must be from 0 to ${MAX_TIMEOUT_MS} milliseconds, not ${timeout}`,
    );
}

interface BoundedCall extends CallOptions {
  name: string;
  args: readonly unknown[];
  call: PendingCall;
}

/** Calls, and watches over the call until the worker is done with it. What prevents it rejects it. */
export function startCall(client: RpcClient, { name, args, call, signal, timeout = 0 }: BoundedCall): void {
  if (signal?.aborted) return refuse(call, abortError(signal));
  if (signal === undefined && timeout === 0) {
    tryCall(client, name, args, call);
    return;
  }
  let settled = false;
  let timer: NodeJS.Timeout | undefined;
  const settle = () => {
    settled = true;
    clearTimeout(timer);
  };
  const id = tryCall(client, name, args, {
    resolve(value) {
      settle();
      call.resolve(value);
    },
    reject(error) {
      settle();
      call.reject(error);
    },
    finished() {
      signal?.removeEventListener("abort", onAbort);
      call.finished?.();
    },
  });
  if (id === undefined) return;
  const giveUp = (error: Error) => {
    signal?.removeEventListener("abort", onAbort);
    if (settled) return client.abortStream(id, error);
    settle();
    client.abandon(id);
    refuse(call, error);
  };
  function onAbort(): void {
    giveUp(abortError(signal as AbortSignal));
  }
  signal?.addEventListener("abort", onAbort, { once: true });
  if (timeout > 0)
    timer = setTimeout(
      () => giveUp(new ForkError("ERR_FORK_TIMEOUT", `'${name}' took longer than ${timeout} ms`)),
      timeout,
    );
}

/** @returns a number to abandon the call by; undefined when it was rejected */
export function tryCall(
  client: RpcClient,
  name: string,
  args: readonly unknown[],
  call: PendingCall,
): number | undefined {
  try {
    return client.call(name, args, call);
  } catch (error) {
    refuse(call, error);
    return undefined;
  }
}

function refuse(call: PendingCall, error: unknown): void {
  call.reject(error);
  call.finished?.();
}
