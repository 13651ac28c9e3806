/** What a process was asked and has not answered yet. */
import { type Message, MessageType } from "../helper/wire/message.cjs";
import type { ForkError } from "./errors.js";

/** Who asked. Exactly one of these is called, once. */
export interface Asker {
  answered(message: Message): void;
  failed(error: ForkError): void;
  /** The channel ended in order, without an answer: for a request that asks for just that. */
  ended?(): void;
}

interface Request {
  type: MessageType;
  asker: Asker;
}

/** What answers a request, besides Failed. */
const ANSWERS = new Map([
  [MessageType.Sync, MessageType.Done],
  [MessageType.Run, MessageType.Done],
  [MessageType.Fork, MessageType.Forked],
  [MessageType.Spawn, MessageType.Spawned],
  [MessageType.Exec, MessageType.Spawned],
]);

/** Requests whose failure leaves the process as it was; those under way are answered before it does as it was told. */
export const HARMLESS: ReadonlySet<MessageType> = new Set([MessageType.Fork, MessageType.Spawn]);

/** What a process does although it has failed. */
export const UNFAILING: ReadonlySet<MessageType> = new Set([MessageType.Spawn]);

const NONE: ReadonlySet<MessageType> = new Set();

export class Requests {
  readonly #open = new Map<number, Request>();
  readonly #settled: () => void;
  #lastId = 0;

  /** @param settled called for each request after its asker, unless it was dropped */
  constructor(settled: () => void) {
    this.#settled = settled;
  }

  get size(): number {
    return this.#open.size;
  }

  /** For whatever is sent, be it asked or told. */
  newId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    return this.#lastId;
  }

  add(id: number, type: MessageType, asker: Asker): void {
    this.#open.set(id, { type, asker });
  }

  /** @returns false when nobody asked for that; nothing has been done then */
  answer(message: Message): boolean {
    const request = this.#open.get(message.id);
    if (request === undefined || ANSWERS.get(request.type) !== message.type) return false;
    this.#open.delete(message.id);
    request.asker.answered({ ...message, handles: message.handles.splice(0) });
    this.#settled();
    return true;
  }

  /** @returns false when that failure is one of the whole process; nothing has been done then */
  failAlone(id: number, error: ForkError): boolean {
    const request = this.#open.get(id);
    if (request === undefined || !HARMLESS.has(request.type)) return false;
    this.#fail(id, request, error);
    return true;
  }

  /** @param kept types of requests that are still answered */
  fail(error: ForkError, kept = NONE): void {
    for (const [id, request] of [...this.#open]) if (!kept.has(request.type)) this.#fail(id, request, error);
  }

  /** The channel ended in order. */
  endExpected(): void {
    for (const [id, request] of this.#open) {
      if (request.asker.ended === undefined) continue;
      this.#open.delete(id);
      request.asker.ended();
      this.#settled();
    }
  }

  /** Nobody is told. */
  drop(): void {
    this.#open.clear();
  }

  #fail(id: number, request: Request, error: ForkError): void {
    // What was told of an earlier one may have failed this one, too.
    if (!this.#open.delete(id)) return;
    request.asker.failed(error);
    this.#settled();
  }
}
