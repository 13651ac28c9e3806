/** One process as its parent sees it: requests and their answers, failure, and the end. */
import type { Channel, ChannelEvents } from "../../helper/protocol/channel.cjs";
import { type Message, MessageType, type Outgoing } from "../../helper/protocol/message.cjs";
import type { ExitReport, Hello } from "../../helper/protocol/plans.cjs";
import type { Failure } from "../../helper/protocol/remote-error.cjs";
import { errorOfFailure, type ForkError } from "../base/errors.js";
import { belongsHere, endsHere } from "../base/fork-hooks.js";
import { type Child, Children, type Source } from "./children.js";
import { brokenError, closedError, diedError, foreignError } from "./connection-errors.js";
import type { ConnectionEvents } from "./connection-events.js";
import { type ExitStatus, statusOfReport, UNKNOWN_STATUS } from "./exit-status.js";
import { Ending } from "./exit-watch.js";
import { type Hearer, hear } from "./incoming.js";
import { Hold } from "./keep-alive.js";
import { type Asker, HARMLESS, Requests, UNFAILING } from "./pending-requests.js";
import type { ProcessHandle } from "./process-handle.js";
import { enlist, type ProcessType, strike } from "./registry.js";

/** Messages to a parent are short; a stack trace is the longest. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export class Connection implements ChannelEvents, Hearer, Child, Source {
  readonly events: ConnectionEvents = {};
  /** What the process is, and what `ps` shows. */
  type: ProcessType = "process";
  title = "";
  /** It outlives this program. */
  detached = false;
  /** The process that this one was forked from, which reports its end. */
  readonly #source: Source | undefined;
  readonly #children = new Children();
  readonly #requests = new Requests(() => {
    this.release();
    this.events.answered?.();
  });
  readonly #ending = new Ending();
  #channel!: Channel;
  #process: ProcessHandle | undefined;
  /** What is awaited comes by the channel; after its end, from whoever tells how the process ended. */
  readonly #hold = new Hold();
  #failure: ForkError | undefined;
  #ended = false;
  /** It was told to end with its last child. */
  #retired = false;
  #orphanGone = false;
  /** It has said that something failed which nobody was told of yet, or after which nothing more can be asked of it. */
  #failing = false;
  #givenAway = false;
  #awaitingBirth: (() => void)[] = [];

  constructor(source?: Source) {
    this.#source = source;
  }

  /** @param channel the connection's from now on */
  open(channel: Channel): void {
    belongsHere(this);
    this.#channel = channel;
    channel.setReferenced(false);
    this.#hold.moveTo(channel);
  }

  /**
   * The process is another program's from now on: `channel` leads there, and tells of the ends of children.
   * @param channel the connection's from now on, instead of the one that it had
   */
  giveAway(channel: Channel): void {
    this.#channel = channel;
    channel.setReferenced(false);
    this.#hold.moveTo(channel);
    this.#givenAway = true;
    strike(this);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get channel(): Channel {
    return this.#channel;
  }

  get status(): ExitStatus | undefined {
    return this.#ending.status;
  }

  /** Settles for every process that came to life, also when its template dies first. Never rejects. */
  get exited(): Promise<ExitStatus> {
    return this.#ending.exited;
  }

  get failure(): ForkError | undefined {
    if (this.#ended && this.status !== undefined && !this.#isFollowed)
      this.#failure ??= diedError(this.pid, this.status);
    return this.#failure;
  }

  /** Somebody has to be told when nothing more can be asked. For others no error is made: its stack is dear. */
  get #isFollowed(): boolean {
    return this.events.failed !== undefined || this.#requests.size > 0;
  }

  get process(): ProcessHandle | undefined {
    return this.#process;
  }

  /** False from the end of the channel on, which comes before it is known how the process ended. */
  get isOpen(): boolean {
    return !this.#ended;
  }

  /** It is open, and has not failed. */
  get isUsable(): boolean {
    return !this.#ended && this.#failure === undefined;
  }

  /**
   * A process that this one executed, or that its source forked.
   * @param process the connection's from now on
   */
  born(process: ProcessHandle): void {
    this.#process = process;
    process.setReferenced(this.#ended && this.#hold.isHeld);
    if (this.#source === undefined) process.watch((status) => this.#exit(status));
    else this.#source.adopt(process.pid, this);
    if (this.status === undefined) enlist(this);
    this.#tellBirth();
  }

  /** Calls back when its pid is known, or it has failed: a child may answer before its template tells of it. */
  onBirth(callback: () => void): void {
    if (this.#process !== undefined || this.#failure !== undefined) callback();
    else this.#awaitingBirth.push(callback);
  }

  /** Its process has started another: `child` learns of the end of that. */
  adopt(pid: number, child: Child): void {
    this.#children.add(pid, child);
    this.#orphanChildren();
  }

  /** The process never came to life. */
  stillborn(error: ForkError): void {
    this.#fail(error);
    this.#exit(UNKNOWN_STATUS);
  }

  ended(status: ExitStatus): void {
    this.#exit(status);
  }

  /** Its source is gone: the kernel still tells when it ends. */
  orphaned(): void {
    this.#process?.watch(() => {
      // What it said last may still be unread.
      if (this.#ended || this.#givenAway || this.#failure !== undefined) this.#exit(undefined);
      else this.#orphanGone = true;
    });
  }

  /** Sends what is answered only by failure. */
  post(type: MessageType, values: readonly Outgoing[], handles: readonly number[] = []): void {
    this.#channel.send(type, this.#requests.newId(), values, handles);
  }

  /** Sends what is answered. The callbacks are called before any later message is looked at. */
  request(type: MessageType, values: readonly Outgoing[], handles: readonly number[], asker: Asker): void {
    const { failure } = this;
    if (failure !== undefined) {
      this.#channel.discard(handles);
      asker.failed(failure);
      return;
    }
    const id = this.#requests.newId();
    this.#requests.add(id, type, asker);
    this.hold();
    this.#channel.send(type, id, values, handles);
    if (this.#ended) this.#awaitExit();
  }

  /** Keeps the parent's event loop alive until release(), or until the process has ended. */
  hold(): void {
    this.#hold.add();
  }

  release(): void {
    this.#hold.release();
  }

  /** False when the process has ended, or never lived, or when the kernel refuses: the process is another user's. */
  kill(signal: NodeJS.Signals | number): boolean {
    if (this.status !== undefined || this.#process === undefined) return false;
    try {
      return this.#process.kill(signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EPERM") return false;
      throw error;
    }
  }

  /**
   * Ends the connection, and with it a process that runs no function. Its end is still awaited. One with children stays
   * until they have ended, to tell how; those under way count as children.
   */
  close(): void {
    const failure = this.failure ?? closedError();
    this.#failure = failure;
    this.#retire(failure, HARMLESS);
  }

  /** @param kept types of requests that the process still answers */
  #retire(reason: ForkError, kept: ReadonlySet<MessageType>): void {
    this.#requests.fail(reason, kept);
    this.#tellBirth();
    if (this.#ended || (this.#children.size === 0 && this.#requests.size === 0)) return this.#shut();
    if (!this.#retired) this.#channel.send(MessageType.Retire, 0);
    this.#retired = true;
  }

  /** In a fork of this process: it is the other's. Nothing is said to the process, and nobody here is told. */
  abandon(): void {
    this.#failure = foreignError();
    this.#requests.drop();
    this.#children.drop();
    strike(this);
    this.#channel.close();
    this.#process?.close();
    this.#ended = true;
    this.#ending.forget();
  }

  message(message: Message): void {
    try {
      hear(message, this);
    } catch (error) {
      this.#channel.discard(message.handles);
      this.end(error as Error);
    }
  }

  hello(hello: Hello): void {
    this.events.hello?.(hello);
  }

  answer(message: Message): boolean {
    return this.#requests.answer(message);
  }

  /** Told once its pid is known, which the error names. */
  failed(id: number, failure: Failure): void {
    this.#failing = true;
    this.onBirth(() => {
      const error = errorOfFailure(failure, this.pid);
      this.#failing = !this.#requests.failAlone(id, error);
      if (this.#failing) this.#fail(error, "alive");
    });
  }

  childEnded(report: ExitReport): void {
    const child = this.#children.take(report.pid);
    if (child === undefined) this.events.strangerEnded?.(report);
    else child.ended(statusOfReport(report));
  }

  leaving(code: number): void {
    this.#ending.leavingCode = code;
  }

  end(error?: Error): void {
    if (error === undefined && this.#ending.leavingCode === undefined && !this.#failing) this.#requests.endExpected();
    this.#shut();
    if (this.#orphanGone) this.#exit(undefined);
    if (error !== undefined) this.#fail(brokenError(this.pid, error));
    if (this.#isFollowed) this.#awaitExit();
  }

  /** Whoever waits for an answer is told how it ended, if that is known in time. */
  #awaitExit(): void {
    this.#ending.awaitNews(this.#requests.size > 0, (status) => this.#fail(diedError(this.pid, status)));
  }

  /** @param state a process that lives still has to tell how its children end */
  #fail(reason: ForkError, state: "alive" | "gone" = "gone"): void {
    const known = this.#failure !== undefined;
    const error = this.events.explain?.(reason) ?? reason;
    this.#failure ??= error;
    if (state === "alive") this.#retire(error, UNFAILING);
    else {
      this.#requests.fail(error);
      this.#shut();
      this.#tellBirth();
    }
    if (!known) this.events.failed?.(error);
  }

  #tellBirth(): void {
    if (this.#awaitingBirth.length === 0) return;
    for (const callback of this.#awaitingBirth.splice(0)) callback();
  }

  /** For those who tell how it ended. */
  #referenceEnd(referenced: boolean): void {
    this.#process?.setReferenced(referenced);
    if (referenced) this.#source?.hold();
    else this.#source?.release();
  }

  /** Nothing more will be said, or heard. */
  #shut(): void {
    if (!this.#ended) this.#hold.moveTo({ setReferenced: (referenced) => this.#referenceEnd(referenced) });
    this.#ended = true;
    this.#channel.close();
    this.#orphanChildren();
    this.events.answered?.();
  }

  /** @param status undefined: it ended, but nobody can tell how except itself */
  #exit(status: ExitStatus | undefined): void {
    if (!this.#ending.tell(status)) return;
    strike(this);
    this.#process?.close();
    endsHere(this);
    this.#orphanChildren();
  }

  /** Once nothing can be reported any more: reports may still be unread when the process has ended. */
  #orphanChildren(): void {
    if (this.status === undefined || !this.#ended) return;
    this.#children.orphan();
    this.events.over?.();
  }
}
