/** Work that is shared out among frames: the oldest first, so much in each. */

export class FramePacer {
  readonly #mostPerFrame: number;
  readonly #tasks = new Set<() => void>();
  #scheduled = false;

  constructor(mostPerFrame: number) {
    this.#mostPerFrame = mostPerFrame;
  }

  /** @param task is called once, in a frame to come, unless it is taken back */
  add(task: () => void): void {
    this.#tasks.add(task);
    this.#schedule();
  }

  takeBack(task: () => void): void {
    this.#tasks.delete(task);
  }

  #schedule(): void {
    if (this.#scheduled || this.#tasks.size === 0) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#run();
      this.#schedule();
    });
  }

  #run(): void {
    let left = this.#mostPerFrame;
    for (const task of this.#tasks) {
      if (left-- === 0) return;
      this.#tasks.delete(task);
      task();
    }
  }
}
