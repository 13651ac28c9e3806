/** What bounds one call: an AbortSignal, and a time limit. */
import { onAbort } from "../base/abort.js";
import type { OptionSchema } from "../base/check-options.js";
import { abortError, ForkError } from "../base/errors.js";
import { milliseconds, SIGNAL } from "../base/option-kinds.js";
import type { RpcClient } from "./client.js";
import { type PendingCall, type RestOfCall, restOf } from "./pending-call.js";

export interface CallOptions {
  /** Aborting rejects the call with an AbortError; the worker sees it through `abortSignal()`. A stream ends, too. */
  signal?: AbortSignal | undefined;
  /** How long the promise may take to settle, in milliseconds; then it rejects with ERR_FORK_TIMEOUT, and the worker sees
   * an abort. 0: for ever, which is the default. */
  timeout?: number | undefined;
}

export const CALL_OPTIONS: OptionSchema<CallOptions> = {
  what: "run",
  kinds: { signal: SIGNAL, timeout: milliseconds() },
};

interface CallToBound extends CallOptions {
  name: string;
  args: readonly unknown[];
  call: PendingCall;
}

/** Calls, and watches over the call until the worker is done with it. What prevents it rejects it. */
export function startCall(client: RpcClient, { name, args, call, signal, timeout = 0 }: CallToBound): void {
  if (signal?.aborted) return refuse(call, abortError(signal));
  if (signal === undefined && timeout === 0) {
    tryCall(client, name, args, call);
    return;
  }
  const bounded = new BoundedCall(client, call, signal);
  const id = tryCall(client, name, args, bounded);
  if (id !== undefined) bounded.begun(id, name, timeout);
}

class BoundedCall implements PendingCall {
  readonly #client: RpcClient;
  readonly #signal: AbortSignal | undefined;
  /** Undefined once its promise has settled: whoever holds on to a promise holds on to the stream that it resolved with. */
  #promise: PendingCall | undefined;
  readonly #rest: RestOfCall;
  #timer: NodeJS.Timeout | undefined;
  #id = 0;
  #disobey: () => void = () => {};

  constructor(client: RpcClient, call: PendingCall, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#promise = call;
    this.#rest = restOf(call);
    this.#signal = signal;
  }

  begun(id: number, name: string, timeout: number): void {
    this.#id = id;
    const signal = this.#signal;
    if (signal !== undefined) this.#disobey = onAbort(signal, () => this.#giveUp(abortError(signal)));
    if (timeout === 0) return;
    this.#timer = setTimeout(
      () => this.#giveUp(new ForkError("ERR_FORK_TIMEOUT", `'${name}' took longer than ${timeout} ms`)),
      timeout,
    );
  }

  resolve(value: unknown): void {
    this.#settle()?.resolve(value);
  }

  reject(error: unknown): void {
    this.#settle()?.reject(error);
  }

  finished(): void {
    this.#disobey();
    this.#rest.finished?.();
  }

  settled(): void {
    this.#rest.settled?.();
  }

  #settle(): PendingCall | undefined {
    const promise = this.#promise;
    this.#promise = undefined;
    clearTimeout(this.#timer);
    return promise;
  }

  #giveUp(error: Error): void {
    const promise = this.#settle();
    if (promise === undefined) return this.#client.abortStream(this.#id, error);
    this.#client.abandon(this.#id);
    promise.reject(error);
    this.finished();
  }
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
  call.settled?.();
}
