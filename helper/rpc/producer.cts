/** Sends a stream's items, no faster than they are consumed. */
import { isHandle } from "../protocol/handles.cjs";

/** How much may be on its way: the consumer of one item then seldom has to wait for the next. */
const WINDOW_ITEMS = 64;
const WINDOW_BYTES = 256 * 1024;
/** However large they are. */
const MIN_WINDOW_ITEMS = 2;

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

export interface ProducerEvents {
  /** Calls into the function's own code. */
  enter<T>(next: () => T): T;
  /** @returns the bytes of the item; what it throws ends the stream */
  item(value: unknown): number;
  /** Called once, as the last thing. */
  ended(failure?: { /** An item could not be sent. */ unsent: boolean; thrown: unknown }): void;
}

/** Whether a result is a stream: anything that can be iterated asynchronously, and iterators themselves. */
export function isStream(result: unknown): result is AsyncIterable<unknown> | IterableIterator<unknown> {
  if (typeof result !== "object" || result === null) return false;
  const candidate = result as Partial<AsyncIterable<unknown> & IterableIterator<unknown>>;
  if (typeof candidate[Symbol.asyncIterator] === "function") return !isHandle(result);
  return typeof candidate.next === "function" && typeof candidate[Symbol.iterator] === "function";
}

function iteratorOf(stream: AsyncIterable<unknown> | Iterable<unknown>): AnyIterator {
  return Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
}

export class Producer {
  readonly #iterator: AnyIterator;
  readonly #events: ProducerEvents;
  /** Sizes of the items that were sent and not consumed yet. */
  readonly #unconsumed: number[] = [];
  #unconsumedBytes = 0;
  #cancelled = false;
  #wake: (() => void) | undefined;

  constructor(stream: AsyncIterable<unknown> | Iterable<unknown>, events: ProducerEvents) {
    this.#iterator = iteratorOf(stream);
    this.#events = events;
  }

  async run(): Promise<void> {
    let unsent = false;
    try {
      while (!this.#cancelled) {
        const { done, value } = await this.#next();
        if (done) return this.#events.ended();
        const item = await value; // of an iterator that is not asynchronous itself
        if (this.#cancelled) break;
        unsent = true;
        this.#sent(this.#events.item(item));
        unsent = false;
        if (this.#full) await this.#whenConsumed();
      }
    } catch (thrown) {
      if (unsent) await this.#return();
      return this.#events.ended({ unsent, thrown });
    }
    await this.#return();
    this.#events.ended();
  }

  consumed(items: number): void {
    for (let i = 0; i < items; i++) this.#unconsumedBytes -= this.#unconsumed.shift() ?? 0;
    if (!this.#full) this.#wake?.();
  }

  /** The consumer has gone: the iterator's `finally` runs. */
  cancel(): void {
    this.#cancelled = true;
    this.#wake?.();
  }

  get #full(): boolean {
    const { length } = this.#unconsumed;
    return length >= WINDOW_ITEMS || (length >= MIN_WINDOW_ITEMS && this.#unconsumedBytes >= WINDOW_BYTES);
  }

  #next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>> {
    return this.#events.enter(() => this.#iterator.next());
  }

  #sent(bytes: number): void {
    this.#unconsumed.push(bytes);
    this.#unconsumedBytes += bytes;
  }

  async #whenConsumed(): Promise<void> {
    while (this.#full && !this.#cancelled)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = undefined;
  }

  async #return(): Promise<void> {
    try {
      await this.#events.enter(() => this.#iterator.return?.());
    } catch {
      // Nobody is left who could be told.
    }
  }
}
