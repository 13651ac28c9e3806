/** The worker's end: does what is called for, and answers. */

import { textOf } from "../protocol/checks.cjs";
import type { Frame } from "../protocol/frame.cjs";
import { releaseHandle } from "../protocol/handles.cjs";
import type { Link } from "../protocol/link.cjs";
import type { Value } from "../protocol/values.cjs";
import { type FailureKind, writeFailure } from "./failure.cjs";
import { FrameType } from "./frame-type.cjs";
import type { Listeners } from "./listeners.cjs";
import { isStream, Producer } from "./producer.cjs";
import { comesLater, hasHandles, resultFailure } from "./result.cjs";
import { Session, type SessionEvents, type SessionOptions } from "./session.cjs";

type AnyFunction = (...args: unknown[]) => unknown;

export interface ServerOptions extends SessionOptions {
  /** Of the caller's events. */
  listeners: Listeners;
  /** @throws Error when there is no such function */
  find(name: string): AnyFunction;
  /** The caller wants no more, and everything is answered. */
  finished(): void;
  /** The caller is gone. */
  lost(error?: Error): void;
  /** Called before a result is sent; may put it off. */
  beforeAnswer?: () => Promise<void> | undefined;
}

interface RunningCall {
  id: number;
  aborted: boolean;
  controller: AbortController | undefined;
  producer: Producer | undefined;
}

/** How long aborted calls may go on after the caller has closed. */
const ABORT_GRACE_MS = 1000;

/** So many answers and events leave one by one in so much time; more than that leave together, after this delay. */
const WINDOW_FLUSHES = 64;
const WINDOW_MS = 10;
const LINGER_MS = 1;

/** The results of a call that are a list of values, because there are handles among them. */
export const RESULT_LIST = 1;

export class RpcServer implements SessionEvents {
  readonly session: Session;
  readonly #options: ServerOptions;
  readonly #functions: (AnyFunction | Error)[] = [];
  /** Calls whose promise or stream has not settled. */
  readonly #running = new Map<number, RunningCall>();
  #current: RunningCall | undefined;
  #closing = false;
  #finished = false;
  #grace: NodeJS.Timeout | undefined;
  #flushedAt = 0;
  #windowBegan = 0;
  #flushes = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.session = new Session(options, this);
    // A caller that does not read must not make us pile up results for it.
    this.session.onBlocked = (blocked) => {
      if (blocked) this.session.link?.pause();
      else this.session.link?.resume();
    };
  }

  /** @param link the server's from now on */
  serve(link: Link): void {
    this.session.attach(link);
    this.session.writer.signal(FrameType.Ready, 0);
  }

  /** The caller wants no more. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Aborts when the caller of the running function loses interest. Only while the function has not awaited anything. */
  abortSignal(): AbortSignal {
    const call = this.#current;
    if (call === undefined) throw new Error("abortSignal() is for a called function, before its first await");
    call.controller ??= new AbortController();
    return call.controller.signal;
  }

  /** @throws Error when the values can't be sent */
  emit(name: string, values: readonly unknown[]): void {
    if (this.session.closed) return;
    this.session.send({ type: FrameType.FromWorker, id: 0, name, values });
    this.#flush();
  }

  retire(): void {
    if (!this.session.closed) this.session.writer.signal(FrameType.Retire, 0);
  }

  frame(frame: Frame): void {
    switch (frame.type) {
      case FrameType.Call:
        return this.#call(frame);
      case FrameType.Name:
        return this.#name(frame);
      case FrameType.Abort:
        return this.#abort(frame.id);
      case FrameType.Credit:
        this.#running.get(frame.id)?.producer?.consumed(frame.extra);
        return;
      case FrameType.ToWorker:
        return this.#options.listeners.tellNow(this.session.valuesOf(frame));
      case FrameType.Ping:
        return this.session.writer.signal(FrameType.Pong, frame.id);
      case FrameType.Close:
        this.#closing = true;
        this.#rethinkReference();
        return this.#finishIfIdle();
      default:
        throw new RangeError(`a frame of type 0x${frame.type.toString(16)} is not for a worker`);
    }
  }

  ended(error?: Error): void {
    this.#options.lost(error);
  }

  #name(frame: Frame): void {
    const name = textOf(this.session.valuesOf(frame)[0] as Value);
    try {
      this.#functions[frame.extra] = this.#options.find(name);
    } catch (error) {
      this.#functions[frame.extra] = error as Error;
    }
  }

  #call(frame: Frame): void {
    const { id } = frame;
    const work = this.#functions[frame.extra];
    if (typeof work !== "function") return this.#fail(id, "function", work ?? new Error("a function without a name"));
    let args: unknown[];
    try {
      args = this.session.valuesOf(frame);
    } catch (error) {
      return this.#fail(id, "arguments", error);
    }
    const call: RunningCall = { id, aborted: false, controller: undefined, producer: undefined };
    let result: unknown;
    let isLate: boolean;
    this.#current = call;
    try {
      result = work(...args);
      isLate = comesLater(result);
    } catch (error) {
      return this.#fail(id, "thrown", error);
    } finally {
      this.#current = undefined;
    }
    if (!isLate && this.#options.beforeAnswer === undefined) {
      this.#answer(id, result);
      return this.#flush();
    }
    this.#running.set(id, call);
    void this.#finishLater(call, result);
  }

  async #finishLater(call: RunningCall, promise: unknown): Promise<void> {
    const { id } = call;
    try {
      const result = await promise;
      if (isStream(result)) {
        await this.#produce(call, result);
      } else {
        await this.#options.beforeAnswer?.();
        this.#running.delete(id);
        this.#answer(id, result);
      }
    } catch (error) {
      await this.#options.beforeAnswer?.();
      this.#fail(id, "thrown", error);
    }
    this.#running.delete(id);
    if (this.#closing) this.#rethinkReference();
    this.#finishIfIdle();
  }

  async #produce(call: RunningCall, stream: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
    const { id } = call;
    const { writer } = this.session;
    const type = FrameType.Item;
    const producer = new Producer(stream, {
      enter: (next) => this.#enter(call, next),
      item: (value) => {
        const bytes = this.session.send({ type, id, values: [value] });
        if (typeof value === "object" && value !== null) releaseHandle(value);
        return bytes;
      },
      ended: (failure) => {
        if (failure === undefined) writer.signal(FrameType.End, id);
        else this.#fail(id, failure.unsent ? resultFailure(failure.thrown) : "thrown", failure.thrown);
      },
    });
    call.producer = producer;
    this.#rethinkReference();
    if (call.aborted) producer.cancel();
    else writer.signal(FrameType.Stream, id);
    await producer.run();
  }

  /** Runs code of the called function. */
  #enter<T>(call: RunningCall, work: () => T): T {
    const before = this.#current;
    this.#current = call;
    try {
      return work();
    } finally {
      this.#current = before;
    }
  }

  #abort(id: number): void {
    const call = this.#running.get(id);
    if (call === undefined || call.aborted) return;
    call.aborted = true;
    call.controller?.abort();
    call.producer?.cancel();
    this.#finishIfIdle();
  }

  #answer(id: number, result: unknown): void {
    if (typeof result !== "object" || result === null) {
      this.#sendResult(id, 0, [result]);
      return;
    }
    let list: unknown[] | undefined;
    try {
      if (hasHandles(result)) list = result;
    } catch (error) {
      return this.#fail(id, "result", error);
    }
    if (this.#sendResult(id, list === undefined ? 0 : RESULT_LIST, list ?? [result]))
      for (const value of list ?? [result]) releaseHandle(value);
  }

  #sendResult(id: number, extra: number, values: readonly unknown[]): boolean {
    try {
      this.session.send({ type: FrameType.Result, id, extra, values });
      return true;
    } catch (error) {
      this.#fail(id, resultFailure(error), error);
      return false;
    }
  }

  #fail(id: number, kind: FailureKind, thrown: unknown): void {
    if (!this.session.closed) writeFailure(this.session.writer, { type: FrameType.Failure, id, kind, thrown });
  }

  /** No call is waited for that has been aborted, but it may still clean up after itself. */
  #finishIfIdle(): void {
    if (!this.#closing || this.#finished) return;
    for (const call of this.#running.values()) if (!call.aborted) return;
    if (this.#running.size === 0) return this.#finish();
    this.#grace ??= setTimeout(() => this.#finish(), ABORT_GRACE_MS);
  }

  #finish(): void {
    clearTimeout(this.#grace);
    if (this.#finished) return;
    this.#finished = true;
    this.#options.finished();
  }

  /** The code that runs next may take its time, and must not hold up what was said before. */
  #flush(): void {
    const now = performance.now();
    if (now - this.#windowBegan >= WINDOW_MS) {
      this.#windowBegan = now;
      this.#flushes = 0;
    }
    if (this.#flushes++ >= WINDOW_FLUSHES && now - this.#flushedAt < LINGER_MS) return;
    this.#flushedAt = now;
    this.session.writer.flush();
  }

  /** When nothing follows from the caller, calls have to come to their end without it; streams need it to the last. */
  #rethinkReference(): void {
    const needed = [...this.#running.values()].some(({ producer }) => producer !== undefined);
    this.session.setReferenced(needed || !this.#closing);
  }
}
