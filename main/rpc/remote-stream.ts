/** A stream of results, as its caller reads it. */
import { releaseHandle } from "../../helper/protocol/handles.cjs";

/** The worker is told of consumed items in lots, well below what it may have on its way. */
const LOT_ITEMS = 16;
const LOT_BYTES = 64 * 1024;

export interface RemoteStreamEvents {
  consumed(items: number): void;
  /** The reader wants no more, or has forgotten the stream. */
  cancelled(): void;
}

interface Reader {
  /** While it waits, the stream is not forgotten. */
  iterator: AsyncIterableIterator<unknown>;
  resolve(result: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

/** Streams that were dropped half-read hold up their worker no longer. */
const forgotten = new FinalizationRegistry<RemoteStream>((stream) => stream.cancel());

export class RemoteStream {
  readonly #events: RemoteStreamEvents;
  readonly #items: { value: unknown; bytes: number }[] = [];
  readonly #readers: Reader[] = [];
  #lotItems = 0;
  #lotBytes = 0;
  #over = false;
  #failure: { error: unknown } | undefined;

  constructor(events: RemoteStreamEvents) {
    this.#events = events;
  }

  /** What the caller gets. */
  iterator(): AsyncIterableIterator<unknown> {
    const iterator: AsyncIterableIterator<unknown> = {
      next: () => this.#next(iterator),
      return: async (value?: unknown) => {
        this.cancel();
        return { done: true, value };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    forgotten.register(iterator, this);
    return iterator;
  }

  push(value: unknown, bytes: number): void {
    const reader = this.#readers.shift();
    if (reader === undefined) {
      this.#items.push({ value, bytes });
      return;
    }
    reader.resolve({ done: false, value });
    this.#count(bytes);
  }

  /** @param failure what the reader gets after the last item */
  end(failure?: { error: unknown }): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    for (const reader of this.#readers.splice(0)) this.#finish(reader);
  }

  /** Nothing more is wanted; what has come already is dropped. */
  cancel(): void {
    for (const { value } of this.#items.splice(0)) releaseHandle(value);
    if (this.#over) return;
    this.end();
    this.#events.cancelled();
  }

  #next(iterator: AsyncIterableIterator<unknown>): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      const item = this.#items.shift();
      if (item !== undefined) {
        resolve({ done: false, value: item.value });
        this.#count(item.bytes);
      } else if (this.#over) {
        this.#finish({ resolve, reject });
      } else {
        this.#readers.push({ iterator, resolve, reject });
      }
    });
  }

  /** An error is told once; then the stream is just at its end. */
  #finish({ resolve, reject }: Pick<Reader, "resolve" | "reject">): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) reject(failure.error);
    else resolve({ done: true, value: undefined });
  }

  #count(bytes: number): void {
    if (this.#over) return;
    this.#lotItems++;
    this.#lotBytes += bytes;
    if (this.#lotItems < LOT_ITEMS && this.#lotBytes < LOT_BYTES) return;
    this.#events.consumed(this.#lotItems);
    this.#lotItems = 0;
    this.#lotBytes = 0;
  }
}
