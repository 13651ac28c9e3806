/** What a process was asked and has not answered yet. */
import { type Message, MessageType } from "../../helper/protocol/message.cjs";

/** What becomes of a request. Exactly one of these is called, once. */
export interface Reply {
  answered(message: Message): void;
  failed(error: Error): void;
  /** The channel ended in order, without an answer: for a request that asks for just that. */
  ended?(): void;
}

interface Request {
  id: number;
  type: MessageType;
  reply: Reply;
}

/** Requests whose failure leaves the process as it was; a process answers those under way before it ends. */
export const HARMLESS: ReadonlySet<MessageType> = new Set([MessageType.Fork, MessageType.Spawn]);

/** What a process does although something has failed in it. */
export const UNFAILING: ReadonlySet<MessageType> = new Set([MessageType.Spawn]);

export const NONE: ReadonlySet<MessageType> = new Set();

export class PendingRequests {
  /** In the order asked, which mostly is that of the answers. */
  readonly #open: Request[] = [];
  readonly #settled: () => void;
  #lastId = 0;

  /** @param settled called for each request after its reply, unless it was dropped */
  constructor(settled: () => void) {
    this.#settled = settled;
  }

  get size(): number {
    return this.#open.length;
  }

  /** @param kept types of requests */
  includes(kept: ReadonlySet<MessageType>): boolean {
    return this.#open.length > 0 && this.#open.some(({ type }) => kept.has(type));
  }

  /** For whatever is sent, be it asked or told. */
  newId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    return this.#lastId;
  }

  add(id: number, type: MessageType, reply: Reply): void {
    this.#open.push({ id, type, reply });
  }

  /** @returns false when nobody asked for that; nothing has been done then */
  answer(message: Message): boolean {
    const request = this.#find(message.id);
    if (request === undefined || answerTo(request.type) !== message.type) return false;
    this.#close(request);
    const { type, id, values, handles } = message;
    message.handles = [];
    request.reply.answered({ type, id, values, handles });
    this.#settled();
    return true;
  }

  /** @returns false when that failure is one of the whole process; nothing has been done then */
  failAlone(id: number, error: Error): boolean {
    const request = this.#find(id);
    if (request === undefined || !HARMLESS.has(request.type)) return false;
    this.#fail(request, error);
    return true;
  }

  /** @param kept types of requests that are still answered */
  fail(error: Error, kept = NONE): void {
    if (this.#open.length === 0) return;
    for (const request of [...this.#open]) if (!kept.has(request.type)) this.#fail(request, error);
  }

  /** The channel ended in order. */
  completeEnding(): void {
    if (this.#open.length === 0) return;
    for (const request of [...this.#open]) {
      if (request.reply.ended === undefined || !this.#close(request)) continue;
      request.reply.ended();
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

  #fail(request: Request, error: Error): void {
    // What was told of an earlier one may have failed this one, too.
    if (!this.#close(request)) return;
    request.reply.failed(error);
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
