/** The caller's end of an rpc connection. Knows nothing of processes: it runs over any link. */

import { AsyncResource } from "node:async_hooks";
import type { Frame } from "../../helper/protocol/frame.cjs";
import type { Link } from "../../helper/protocol/link.cjs";
import { readFailure } from "../../helper/rpc/failure.cjs";
import { FrameType, MAX_FUNCTIONS } from "../../helper/rpc/frame-type.cjs";
import { type Listener, Listeners } from "../../helper/rpc/listeners.cjs";
import { RESULT_LIST } from "../../helper/rpc/server.cjs";
import { Session, type SessionEvents, type SessionOptions } from "../../helper/rpc/session.cjs";
import { ForkError } from "../base/errors.js";
import { callError, readError, sendError } from "./call-errors.js";
import { type PendingCall, type RestOfCall, restOf } from "./pending-call.js";
import { RemoteStream } from "./remote-stream.js";

export interface ClientEvents {
  /** The worker is initialised. */
  ready?(): void;
  /** The worker can't be initialised. */
  refused?(error: Error): void;
  /** The worker wants no more calls. */
  retiring?(): void;
  /** The worker sent an event. */
  event?(values: unknown[]): void;
  /** The connection has ended by itself: fail() is expected to follow. */
  ended?(error?: Error): void;
}

export class RpcClient implements SessionEvents {
  readonly listeners = new Listeners();
  readonly #events: ClientEvents;
  /** Listeners are called in the context of whoever made the client. */
  readonly #scope = new AsyncResource("DesktopForkRpc");
  readonly #session: Session;
  readonly #functions = new Map<string, number>();
  readonly #pending = new Map<number, PendingCall>();
  readonly #streams = new Map<number, { stream: RemoteStream; call: RestOfCall }>();
  /** Calls that nobody waits for any more, and that the worker has not answered yet. */
  readonly #abandoned = new Map<number, RestOfCall>();
  readonly #pings = new Map<number, () => void>();
  #lastId = 0;
  #failure: Error | undefined;
  /** It keeps the event loop alive until the worker is ready, and while an answer is awaited. */
  #referenced = true;
  #ready = false;
  #rethinking = false;

  constructor(options: SessionOptions, events: ClientEvents) {
    this.#events = events;
    this.#session = new Session(options, this);
  }

  /** @param link the client's from now on; what was called before is sent now */
  attach(link: Link): void {
    this.#session.attach(link);
  }

  /** Calls whose result or stream is still awaited. */
  get size(): number {
    return this.#pending.size + this.#streams.size;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * Arguments are serialised now.
   * @returns a number to abandon the call by
   * @throws ForkError ERR_FORK_SERIALIZE, ERR_FORK_TOO_LARGE, ERR_FORK_HANDLE, or why there are no calls any more
   */
  call(name: string, args: readonly unknown[], call: PendingCall): number {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#nextId();
    try {
      const extra = this.#functions.get(name) ?? this.#nameFunction(name);
      this.#session.send({ type: FrameType.Call, id, extra, values: args });
    } catch (error) {
      throw sendError(`the arguments of '${name}'`, error);
    }
    this.#pending.set(id, call);
    if (!this.#referenced) this.#setReferenced(true);
    return id;
  }

  /** The call's promise was settled otherwise: its answer does not matter any more. The worker sees it aborted. */
  abandon(id: number): void {
    const call = this.#pending.get(id);
    if (call === undefined) return this.#cancel(id);
    this.#pending.delete(id);
    this.#forsake(id, call);
  }

  /** Ends a stream, with an error for its reader. */
  abortStream(id: number, error: unknown): void {
    const open = this.#streams.get(id);
    open?.stream.end({ error });
    this.#cancel(id);
  }

  /** @throws ForkError as call() */
  emit(name: string, values: readonly unknown[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (typeof name !== "string") throw new ForkError("ERR_FORK_ARGUMENT", "an event's name must be a string");
    try {
      this.#session.send({ type: FrameType.ToWorker, id: 0, name, values });
    } catch (error) {
      throw sendError("an event", error);
    }
  }

  on(name: string, listener: Listener): void {
    this.listeners.add(name, listener);
  }

  /** Calls back when the worker's event loop has come round. */
  ping(answered: () => void): void {
    const id = this.#nextId();
    this.#pings.set(id, answered);
    this.#session.writer.signal(FrameType.Ping, id);
  }

  /** Tells the worker that no calls follow. */
  finish(reason: ForkError): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#session.writer.signal(FrameType.Close, 0);
  }

  /** Nothing can be answered any more. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#session.close();
    const pending = [...this.#pending.values()];
    const streams = [...this.#streams.values()];
    const abandoned = [...this.#abandoned.values()];
    this.#pending.clear();
    this.#streams.clear();
    this.#abandoned.clear();
    for (const call of pending) {
      call.reject(error);
      call.finished?.();
      call.settled?.();
    }
    for (const { stream, call } of streams) {
      stream.end({ error });
      call.finished?.();
      call.settled?.();
    }
    for (const call of abandoned) call.settled?.();
  }

  frame(frame: Frame): void {
    const { id } = frame;
    switch (frame.type) {
      case FrameType.Result:
        return this.#settle(id, (call) => {
          let values: unknown[];
          try {
            values = this.#session.valuesOf(frame);
          } catch (error) {
            return call.reject(readError(error));
          }
          call.resolve(frame.extra === RESULT_LIST ? values : values[0]);
        });
      case FrameType.Failure: {
        const error = callError(readFailure(frame));
        if (id === 0) return this.#events.refused?.(error as Error);
        if (this.#streams.has(id)) return this.#endStream(id, { error });
        return this.#settle(id, (call) => call.reject(error));
      }
      case FrameType.Stream:
        return this.#openStream(id);
      case FrameType.Item:
        return this.#item(frame);
      case FrameType.End:
        return this.#endStream(id);
      case FrameType.FromWorker: {
        const values = this.#session.valuesOf(frame);
        this.#events.event?.(values);
        return this.#scope.runInAsyncScope(() => this.listeners.tell(values));
      }
      case FrameType.Pong:
        this.#pings.get(id)?.();
        this.#pings.delete(id);
        return;
      case FrameType.Ready:
        this.#ready = true;
        this.#rethinkReference();
        return this.#events.ready?.();
      case FrameType.Retire:
        return this.#events.retiring?.();
      default:
        throw new RangeError(`a frame of type 0x${frame.type.toString(16)} is not for a caller`);
    }
  }

  ended(error?: Error): void {
    this.#events.ended?.(error);
  }

  #settle(id: number, settle: (call: PendingCall) => void): void {
    const call = this.#pending.get(id);
    if (call === undefined) return this.#settleAbandoned(id);
    this.#pending.delete(id);
    settle(call);
    call.finished?.();
    call.settled?.();
    if (this.size === 0) this.#rethinkReference();
  }

  #openStream(id: number): void {
    const call = this.#pending.get(id);
    if (call === undefined) return this.#expectAbandoned(id);
    this.#pending.delete(id);
    const stream = new RemoteStream({
      consumed: (items) => this.#session.writer.signal(FrameType.Credit, id, items),
      cancelled: () => this.#cancel(id),
    });
    this.#streams.set(id, { stream, call: restOf(call) });
    call.resolve(stream.iterator());
  }

  #item(frame: Frame): void {
    const { id } = frame;
    const open = this.#streams.get(id);
    if (open === undefined) return this.#expectAbandoned(id);
    let value: unknown;
    try {
      [value] = this.#session.valuesOf(frame);
    } catch (error) {
      return this.abortStream(id, readError(error));
    }
    open.stream.push(value, frame.end - frame.start);
  }

  #endStream(id: number, failure?: { error: unknown }): void {
    const open = this.#streams.get(id);
    if (open === undefined) return this.#settleAbandoned(id);
    this.#streams.delete(id);
    open.stream.end(failure);
    open.call.finished?.();
    open.call.settled?.();
    if (this.size === 0) this.#rethinkReference();
  }

  /** A stream that is read no further. */
  #cancel(id: number): void {
    const open = this.#streams.get(id);
    if (open === undefined) return;
    this.#streams.delete(id);
    this.#forsake(id, open.call);
    open.call.finished?.();
  }

  #forsake(id: number, call: RestOfCall): void {
    this.#abandoned.set(id, call);
    this.#session.writer.signal(FrameType.Abort, id);
    if (this.size === 0) this.#rethinkReference();
  }

  #settleAbandoned(id: number): void {
    this.#expectAbandoned(id);
    const call = this.#abandoned.get(id);
    this.#abandoned.delete(id);
    call?.settled?.();
  }

  /** @throws RangeError when the worker speaks of a call that was never made, or is answered already */
  #expectAbandoned(id: number): void {
    if (!this.#abandoned.has(id)) throw new RangeError(`an answer to call ${id}, which nobody waits for`);
  }

  #nameFunction(name: string): number {
    const number = this.#functions.size;
    if (number > MAX_FUNCTIONS)
      throw new ForkError("ERR_FORK_ARGUMENT", `more than ${MAX_FUNCTIONS} different functions`);
    this.#session.send({ type: FrameType.Name, id: 0, extra: number, name, values: [] });
    this.#functions.set(name, number);
    return number;
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    while (this.#pending.has(this.#lastId) || this.#streams.has(this.#lastId) || this.#abandoned.has(this.#lastId));
    return this.#lastId;
  }

  /** Not at once: most callers who have their answer call again. */
  #rethinkReference(): void {
    if (this.#rethinking) return;
    this.#rethinking = true;
    setImmediate(() => {
      this.#rethinking = false;
      this.#setReferenced(!this.#ready || this.size > 0);
    });
  }

  #setReferenced(referenced: boolean): void {
    if (referenced === this.#referenced) return;
    this.#referenced = referenced;
    this.#session.setReferenced(referenced);
  }
}
