/** Commands in their order, one at a time, and what a process does while there are none. */
import type { Received } from "../protocol/content.cjs";
import { MessageType } from "../protocol/message.cjs";

/** A process that is asked sooner is one that others are in a hurry for. */
const IDLE_AFTER_MS = 4;

export class CommandQueue {
  readonly #execute: (message: Received) => Promise<void> | undefined;
  readonly #waiting: Received[] = [];
  #busy = false;
  /** What is to be played before the first command that it helps. */
  #rehearsal: (() => Promise<void>) | undefined;
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
    if (this.#idling !== undefined) clearTimeout(this.#idling);
    this.#idling = undefined;
    this.#waiting.push(message);
    this.#pump();
  }

  /** Empties the queue. @returns commands that will not be executed; their handles are the caller's */
  drop(): Received[] {
    return this.#waiting.splice(0);
  }

  /** Commands wait for that; it never rejects. */
  busyWith(doing: Promise<void>): void {
    this.#busy = true;
    void doing.finally(() => {
      this.#busy = false;
      this.#pump();
    });
  }

  /** Begins that, which never rejects, unless a command comes soon. */
  whenIdle(begin: () => Promise<void>): void {
    this.#idling = setTimeout(() => {
      this.#idling = undefined;
      this.busyWith(begin());
    }, IDLE_AFTER_MS);
  }

  /**
   * Plays that, which never rejects, as soon as nothing is asked for; at the latest before any code of others is loaded and
   * before a child is forked that nobody waits for.
   */
  rehearse(rehearsal: () => Promise<void>): void {
    this.#rehearsal = rehearsal;
    this.#awaitIdleness();
  }

  /** What was done just now was not idleness: the time until the rehearsal begins anew. */
  stayAwake(): void {
    if (this.#rehearsal !== undefined && !this.#busy) this.#awaitIdleness();
  }

  dropRehearsal(): void {
    this.#rehearsal = undefined;
  }

  #awaitIdleness(): void {
    clearTimeout(this.#idling);
    this.#idling = setTimeout(() => this.#play(), IDLE_AFTER_MS);
  }

  #play(): void {
    const rehearsal = this.#rehearsal;
    this.#rehearsal = undefined;
    if (rehearsal !== undefined) this.busyWith(rehearsal());
  }

  #pump(): void {
    while (!this.#busy) {
      const [message] = this.#waiting;
      if (message === undefined) break;
      if (this.#rehearsal !== undefined && gainsByRehearsal(message)) {
        this.#play();
        continue;
      }
      this.#waiting.shift();
      const doing = this.#execute(message);
      if (doing !== undefined) this.busyWith(doing);
    }
    this.stayAwake();
  }
}

/** The others can't wait, or leave nothing behind that a child could have. */
function gainsByRehearsal(message: Received): boolean {
  if (message.type === MessageType.Fork) return message.plan.spare === true;
  return message.type === MessageType.Require || message.type === MessageType.Eval;
}
