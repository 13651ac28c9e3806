/** One process as its parent sees it: requests and their answers, failure, and the end. */
import type { Channel, ChannelEvents } from "../helper/wire/channel.cjs";
import { type Message, MessageType, type Value } from "../helper/wire/message.cjs";
import type { ExitReport, Hello } from "../helper/wire/plans.cjs";
import { readExit, readFailure, readHello, readNumber } from "./answers.js";
import { errorOfFailure, ForkError } from "./errors.js";
import { describeStatus, type ExitStatus, statusOfReport, UNKNOWN_STATUS } from "./exit-status.js";
import { enlist, type ProcessType, strike } from "./live-processes.js";
import { belongsHere, endsHere } from "./ownership.js";
import type { ProcessHandle } from "./process-handle.js";

/** Messages to a parent are short; a stack trace is the longest. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** How long the news of an end may lag behind the end of the channel. */
const EXIT_NEWS_TIMEOUT_MS = 1000;

interface Request {
  type: MessageType;
  answered(message: Message): void;
  failed(error: ForkError): void;
  /** The channel ended in order, without an answer: for a request that asks for just that. */
  ended?(): void;
}

/** A process that was started by the one at the other end, which reports its end. */
export interface Child {
  ended(status: ExitStatus): void;
  /** Nobody will report its end. */
  orphaned(): void;
}

/** What answers a request, besides Failed. */
const ANSWERS = new Map([
  [MessageType.Sync, [MessageType.Done]],
  [MessageType.Run, [MessageType.Done]],
  [MessageType.Fork, [MessageType.Forked]],
  [MessageType.Spawn, [MessageType.Spawned]],
  [MessageType.Exec, [MessageType.Spawned]],
]);

/** Requests whose failure leaves the process as it was. */
const HARMLESS = new Set([MessageType.Fork, MessageType.Spawn]);

/** Whoever learns how a process ends, and tells its connection. */
export interface Source {
  adopt(pid: number, child: Child): void;
  hold(): void;
  release(): void;
}

export interface ConnectionEvents {
  /** Called once, for a fresh runtime. */
  hello?(hello: Hello): void;
  /** Puts a failure into better words. */
  explain?(error: ForkError): ForkError;
  /** Nothing more can be asked of this process. Called once, unless it was closed. */
  failed?(error: ForkError): void;
  /** A child of this process has ended that was started before it was given to this program. */
  strangerEnded?(report: ExitReport): void;
  /** It has ended, and all that it said has been read. May be called more than once. */
  over?(): void;
}

export class Connection implements ChannelEvents, Child, Source {
  /** Settles for every process that came to life, also when its template dies first. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  readonly events: ConnectionEvents = {};
  /** What the process is, and what `ps` shows. */
  type: ProcessType = "process";
  title = "";
  /** It outlives this program. */
  detached = false;
  /** The process that this one was forked from, which reports its end. */
  readonly #source: Source | undefined;
  readonly #children = new Map<number, Child>();
  readonly #requests = new Map<number, Request>();
  #settleExited!: (status: ExitStatus) => void;
  #status: ExitStatus | undefined;
  #channel!: Channel;
  #process: ProcessHandle | undefined;
  #lastId = 0;
  #holds = 0;
  #failure: ForkError | undefined;
  #leavingCode: number | undefined;
  #ended = false;
  /** It was told to end with its last child. */
  #retired = false;
  #orphanGone = false;
  #givenAway = false;
  #awaitingBirth: (() => void)[] = [];

  constructor(source?: Source) {
    this.#source = source;
    this.exited = new Promise((resolve) => {
      this.#settleExited = resolve;
    });
  }

  /** @param channel the connection's from now on */
  open(channel: Channel): void {
    belongsHere(this);
    this.#channel = channel;
    channel.setReferenced(false);
  }

  /**
   * The process is another program's from now on: `channel` leads there, and tells of the ends of children.
   * @param channel the connection's from now on, instead of the one that it had
   */
  giveAway(channel: Channel): void {
    this.#channel = channel;
    channel.setReferenced(false);
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
    return this.#status;
  }

  get failure(): ForkError | undefined {
    return this.#failure;
  }

  get process(): ProcessHandle | undefined {
    return this.#process;
  }

  /** False from the end of the channel on, which comes before it is known how the process ended. */
  get isOpen(): boolean {
    return !this.#ended;
  }

  get hasChildren(): boolean {
    return this.#children.size > 0;
  }

  /**
   * A process that this one executed, or that its source forked.
   * @param process the connection's from now on
   */
  born(process: ProcessHandle): void {
    this.#process = process;
    process.setReferenced(this.#holds > 0);
    if (this.#source === undefined) process.watch((status) => this.#exit(status));
    else this.#source.adopt(process.pid, this);
    if (this.#status === undefined) enlist(this);
    this.#tellBirth();
  }

  /** Calls back when its pid is known, or it has failed: a child may answer before its template tells of it. */
  onBirth(callback: () => void): void {
    if (this.#process !== undefined || this.#failure !== undefined) callback();
    else this.#awaitingBirth.push(callback);
  }

  /** Its process has started another: `child` learns of the end of that. */
  adopt(pid: number, child: Child): void {
    this.#children.set(pid, child);
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
  post(type: MessageType, values: readonly Value[], handles: readonly number[] = []): void {
    this.#channel.send(type, this.#nextId(), values, handles);
  }

  /** Sends what is answered. The callbacks are called before any later message is looked at. */
  request(
    type: MessageType,
    values: readonly Value[],
    handles: readonly number[],
    request: Omit<Request, "type">,
  ): void {
    if (this.#failure !== undefined) {
      this.#channel.discard(handles);
      request.failed(this.#failure);
      return;
    }
    const id = this.#nextId();
    this.#requests.set(id, { type, ...request });
    this.hold();
    this.#channel.send(type, id, values, handles);
  }

  /** Keeps the parent's event loop alive until release(), or until the process has ended. */
  hold(): void {
    if (this.#holds++ > 0) return;
    this.#channel.setReferenced(true);
    this.#process?.setReferenced(true);
    this.#source?.hold();
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.#channel.setReferenced(false);
    this.#process?.setReferenced(false);
    this.#source?.release();
  }

  /** False when the process has ended, or never lived. */
  kill(signal: NodeJS.Signals | number): boolean {
    return this.#status === undefined && this.#process !== undefined && this.#process.kill(signal);
  }

  /**
   * Ends the connection, and with it a process that runs no function. Its end is still awaited. One with children stays
   * until they have ended, to tell how; those under way count as children.
   */
  close(): void {
    if (this.#failure === undefined) this.#failure = new ForkError("ERR_FORK_CLOSED", "the process object was closed");
    this.#retire(this.#failure);
  }

  #retire(reason: ForkError): void {
    this.#rejectRequests(reason, ({ type }) => !HARMLESS.has(type));
    this.#tellBirth();
    if (this.#ended || (!this.hasChildren && this.#requests.size === 0)) return this.#shut();
    if (!this.#retired) this.#channel.send(MessageType.Retire, 0);
    this.#retired = true;
  }

  /** In a fork of this process: it is the other's. Nothing is said to the process, and nobody here is told. */
  abandon(): void {
    this.#failure = new ForkError("ERR_FORK_CLOSED", `it belongs to the process that ${process.pid} was forked from`);
    this.#requests.clear();
    this.#children.clear();
    strike(this);
    this.#channel.close();
    this.#process?.close();
    this.#ended = true;
    this.#status = UNKNOWN_STATUS;
  }

  message(message: Message): void {
    try {
      this.#understand(message);
    } catch (error) {
      this.#channel.discard(message.handles);
      this.end(error as Error);
    }
  }

  /** @throws RangeError when it is nothing that a process would say now; nothing has been done then */
  #understand(message: Message): void {
    const { type, id } = message;
    switch (type) {
      case MessageType.Hello: {
        const hello = readHello(message);
        return this.events.hello?.(hello);
      }
      case MessageType.Done:
      case MessageType.Forked:
      case MessageType.Spawned: {
        if (type !== MessageType.Done) readNumber(message);
        const request = this.#requests.get(id);
        if (request === undefined || !ANSWERS.get(request.type)?.includes(type)) break;
        this.#requests.delete(id);
        request.answered({ ...message, handles: message.handles.splice(0) });
        return this.release();
      }
      case MessageType.Failed: {
        const error = errorOfFailure(readFailure(message), this.pid);
        const request = this.#requests.get(id);
        if (request === undefined || !HARMLESS.has(request.type)) return this.#fail(error, "alive");
        this.#requests.delete(id);
        request.failed(error);
        return this.release();
      }
      case MessageType.Exited: {
        const report = readExit(message);
        const child = this.#children.get(report.pid);
        this.#children.delete(report.pid);
        if (child === undefined) return this.events.strangerEnded?.(report);
        return child.ended(statusOfReport(report));
      }
      case MessageType.Leaving:
        this.#leavingCode = readNumber(message);
        return;
      default:
        break;
    }
    throw new RangeError(`it sent an unexpected message of type 0x${type.toString(16)}`);
  }

  end(error?: Error): void {
    if (error === undefined && this.#leavingCode === undefined) this.#endRequests();
    this.#shut();
    if (this.#orphanGone) this.#exit(undefined);
    if (error !== undefined)
      this.#fail(
        new ForkError(
          "ERR_FORK_PROTOCOL",
          `the connection to process ${this.pid ?? "(unborn)"} broke: ${error.message}`,
          { cause: error, pid: this.pid },
        ),
      );
    // The end of the channel comes with the end of the process; say how it ended if that is known in time.
    const timer = setTimeout(() => this.#fail(this.#deathError(UNKNOWN_STATUS)), EXIT_NEWS_TIMEOUT_MS);
    if (this.#requests.size === 0) timer.unref();
    void this.exited.then((status) => {
      clearTimeout(timer);
      this.#fail(this.#deathError(status));
    });
  }

  #deathError(status: ExitStatus): ForkError {
    const message = `process ${this.pid ?? "(unborn)"} ${describeStatus(status)} before it answered`;
    return new ForkError("ERR_FORK_DIED", message, { pid: this.pid, exitCode: status.code, signal: status.signal });
  }

  /** @param state a process that lives still has to tell how its children end */
  #fail(reason: ForkError, state: "alive" | "gone" = "gone"): void {
    const known = this.#failure !== undefined;
    const error = this.events.explain?.(reason) ?? reason;
    this.#failure ??= error;
    if (state === "alive") this.#retire(error);
    else {
      this.#rejectRequests(error);
      this.#shut();
      this.#tellBirth();
    }
    if (!known) this.events.failed?.(error);
  }

  #tellBirth(): void {
    for (const callback of this.#awaitingBirth.splice(0)) callback();
  }

  /** Nothing more will be said, or heard. */
  #shut(): void {
    this.#ended = true;
    this.#channel.close();
    this.#orphanChildren();
  }

  #endRequests(): void {
    for (const [id, request] of this.#requests) {
      if (request.ended === undefined) continue;
      this.#requests.delete(id);
      request.ended();
      this.release();
    }
  }

  #rejectRequests(error: ForkError, which: (request: Request) => boolean = () => true): void {
    for (const [id, request] of [...this.#requests]) {
      if (!which(request)) continue;
      this.#requests.delete(id);
      request.failed(error);
      this.release();
    }
  }

  /** @param status undefined: it ended, but nobody can tell how except itself */
  #exit(status: ExitStatus | undefined): void {
    if (this.#status !== undefined) return;
    this.#status = status ?? { code: this.#leavingCode ?? null, signal: null };
    strike(this);
    this.#process?.close();
    endsHere(this);
    this.#settleExited(this.#status);
    this.#orphanChildren();
  }

  /** Once nothing can be reported any more: reports may still be unread when the process has ended. */
  #orphanChildren(): void {
    if (this.#status === undefined || !this.#ended) return;
    for (const child of this.#children.values()) child.orphaned();
    this.#children.clear();
    this.events.over?.();
  }

  #nextId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    return this.#lastId;
  }
}
