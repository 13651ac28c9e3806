/** What a process was asked and has not answered yet. */
import { type Message, MessageType } from "../../helper/protocol/message.cjs";
import type { ForkError } from "../base/errors.js";

/** Who asked. Exactly one of these is called, once. */
export interface Asker {
  answered(message: Message): void;
  failed(error: ForkError): void;
  /** The channel ended in order, without an answer: for a request that asks for just that. */
  ended?(): void;
}

interface Request {
  id: number;
  type: MessageType;
  asker: Asker;
}

/** Requests whose failure leaves the process as it was; those under way are answered before it does as it was told. */
export const HARMLESS: ReadonlySet<MessageType> = new Set([MessageType.Fork, MessageType.Spawn]);

/** What a process does although it has failed. */
export const UNFAILING: ReadonlySet<MessageType> = new Set([MessageType.Spawn]);

const NONE: ReadonlySet<MessageType> = new Set();

export class Requests {
  /** In the order asked, which mostly is that of the answers. */
  readonly #open: Request[] = [];
  readonly #settled: () => void;
  #lastId = 0;

  /** @param settled called for each request after its asker, unless it was dropped */
  constructor(settled: () => void) {
    this.#settled = settled;
  }

  get size(): number {
    return this.#open.length;
  }

  /** For whatever is sent, be it asked or told. */
  newId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    return this.#lastId;
  }

  add(id: number, type: MessageType, asker: Asker): void {
    this.#open.push({ id, type, asker });
  }

  /** @returns false when nobody asked for that; nothing has been done then */
  answer(message: Message): boolean {
    const request = this.#find(message.id);
    if (request === undefined || answerTo(request.type) !== message.type) return false;
    this.#close(request);
    const { type, id, values, handles } = message;
    message.handles = [];
    request.asker.answered({ type, id, values, handles });
    this.#settled();
    return true;
  }

  /** @returns false when that failure is one of the whole process; nothing has been done then */
  failAlone(id: number, error: ForkError): boolean {
    const request = this.#find(id);
    if (request === undefined || !HARMLESS.has(request.type)) return false;
    this.#fail(request, error);
    return true;
  }

  /** @param kept types of requests that are still answered */
  fail(error: ForkError, kept = NONE): void {
    if (this.#open.length === 0) return;
    for (const request of [...this.#open]) if (!kept.has(request.type)) this.#fail(request, error);
  }

  /** The channel ended in order. */
  endExpected(): void {
    if (this.#open.length === 0) return;
    for (const request of [...this.#open]) {
      if (request.asker.ended === undefined || !this.#close(request)) continue;
      request.asker.ended();
      this.#settled();
    }
  }

  /** Nobody is told. */
  drop(): void {
    this.#open.length = 0;
  }

  #find(id: number): Request | undefined {
    const first = this.#open[0];
    return first?.id === id ? first : this.#open.find((request) => request.id === id);
  }

  /** @returns false when it was answered or failed already */
  #close(request: Request): boolean {
    const index = this.#open.indexOf(request);
    if (index < 0) return false;
    this.#open.splice(index, 1);
    return true;
  }

  #fail(request: Request, error: ForkError): void {
    // What was told of an earlier one may have failed this one, too.
    if (!this.#close(request)) return;
    request.asker.failed(error);
    this.#settled();
  }
}

/** What answers a request, besides Failed. */
function answerTo(request: MessageType): MessageType | undefined {
  switch (request) {
    case MessageType.Sync:
    case MessageType.Run:
      return MessageType.Done;
    case MessageType.Fork:
      return MessageType.Forked;
    case MessageType.Spawn:
    case MessageType.Exec:
      return MessageType.Spawned;
    default:
      return undefined;
  }
}
