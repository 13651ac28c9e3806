/** Sends a stream's items, no faster than they are consumed. */
import { isHandle } from "./handles.cjs";

/** How much may be on its way: the consumer of one item then seldom has to wait for the next. */
const WINDOW_ITEMS = 64;
const WINDOW_BYTES = 256 * 1024;

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

export interface ProducerEvents {
  /** @returns the bytes of the item; what it throws ends the stream */
  item(value: unknown): number;
  /** Called once, as the last thing. */
  ended(failure?: { thrown: unknown }): void;
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
    try {
      while (!this.#cancelled) {
        const { done, value } = await this.#iterator.next();
        if (done || this.#cancelled) break;
        this.#sent(this.#events.item(value));
        if (this.#full) await this.#whenConsumed();
      }
    } catch (thrown) {
      await this.#return();
      return this.#events.ended({ thrown });
    }
    if (this.#cancelled) await this.#return();
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
    return this.#unconsumed.length >= WINDOW_ITEMS || this.#unconsumedBytes >= WINDOW_BYTES;
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
      await this.#iterator.return?.();
    } catch {
      // Nobody is left who could be told.
    }
  }
}
