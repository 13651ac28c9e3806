/** Commands in their order, one at a time, and what a process does while there are none. */
import type { Received } from "../protocol/content.cjs";

/** A process that is asked sooner is one that others are in a hurry for. */
const IDLE_AFTER_MS = 4;

export interface IdleTask {
  /** Commands wait for the promise, which never rejects. */
  begin(): Promise<void>;
  /** Whether the task, if it has not begun, comes before this command. Default: before none. */
  comesBefore?(message: Received): boolean;
}

export class CommandQueue {
  readonly #execute: (message: Received) => Promise<void> | undefined;
  readonly #waiting: Received[] = [];
  #busy = false;
  #idleTask: IdleTask | undefined;
  #idling: NodeJS.Timeout | undefined;

  /** @param execute never throws; returns a promise, which never rejects, when the command takes more than this turn */
  constructor(execute: (message: Received) => Promise<void> | undefined) {
    this.#execute = execute;
  }

  /** A command is under way, or what commands wait for. */
  get busy(): boolean {
    return this.#busy;
  }

  add(message: Received): void {
    clearTimeout(this.#idling);
    this.#waiting.push(message);
    this.#pump();
  }

  /** Empties the queue. @returns commands that will not be executed; their handles are the caller's */
  drop(): Received[] {
    return this.#waiting.splice(0);
  }

  /** Commands wait for the promise, which never rejects. */
  busyWith(doing: Promise<void>): void {
    this.#busy = true;
    void doing.finally(() => {
      this.#busy = false;
      this.#pump();
    });
  }

  /** Begins the task as soon as nothing has been asked for for a while. */
  whenIdle(task: IdleTask): void {
    this.#idleTask = task;
    this.awaitIdleness();
  }

  /** The task is of no use any more. */
  dropIdleTask(): void {
    this.#idleTask = undefined;
  }

  /** What happened until now was not idleness. */
  awaitIdleness(): void {
    clearTimeout(this.#idling);
    this.#idling = undefined;
    if (this.#idleTask === undefined || this.#busy) return;
    this.#idling = setTimeout(() => this.#beginIdleTask(), IDLE_AFTER_MS);
  }

  #beginIdleTask(): void {
    const task = this.#idleTask;
    this.#idleTask = undefined;
    if (task !== undefined) this.busyWith(task.begin());
  }

  #pump(): void {
    while (!this.#busy) {
      const [message] = this.#waiting;
      if (message === undefined) break;
      if (this.#idleTask?.comesBefore?.(message)) {
        this.#beginIdleTask();
        continue;
      }
      this.#waiting.shift();
      const doing = this.#execute(message);
      if (doing !== undefined) this.busyWith(doing);
    }
    this.awaitIdleness();
  }
}
