/** A queue between those who find work and those who do it. */
export class Queue<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #taken = 0;
  #closed = false;
  #waiting: (() => void)[] = [];

  /** @param capacity pushing waits while so many items lie in the queue */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @returns false when the queue was closed: the item is nobody's */
  async push(item: T): Promise<boolean> {
    while (!this.#closed && this.#length >= this.#capacity) await this.#change();
    if (this.#closed) return false;
    this.#items.push(item);
    this.#wake();
    return true;
  }

  /** No more items. Those that are there are still taken. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** No more items, and those that are there are dropped. */
  clear(): void {
    this.#items.length = 0;
    this.#taken = 0;
    this.close();
  }

  /** Each item goes to one of the readers. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#length === 0) {
        if (this.#closed) return;
        await this.#change();
      }
      yield this.#take();
    }
  }

  get #length(): number {
    return this.#items.length - this.#taken;
  }

  /** Without moving what is behind: a long queue would take its time for every item. */
  #take(): T {
    const item = this.#items[this.#taken++] as T;
    if (this.#taken * 2 > this.#items.length) {
      this.#items.splice(0, this.#taken);
      this.#taken = 0;
    }
    this.#wake();
    return item;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
