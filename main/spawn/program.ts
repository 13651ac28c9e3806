/** A running program as child_process shows it. */
import { AsyncResource } from "node:async_hooks";
import { ChildProcess } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import type net from "node:net";
import type { Addon } from "../../native/addon/addon.cjs";
import type { ExitStatus } from "../connection/exit-status.js";
import type { Life, News } from "./life.js";
import { spawnFailure, systemFailure } from "./node-errors.js";
import { PipeEnds } from "./pipe-ends.js";
import { killSignalNumber } from "./signals.js";

export interface ProgramOptions {
  addon: Addon;
  file: string;
  /** `argv[0]` first. */
  args: readonly string[];
  /** Per descriptor of the program: this end of its pipe, the object's from now on; -1 where it has none. */
  ends: readonly number[];
  /** Starts the program. Must not throw. */
  start(news: News): void;
}

/** Both are documented: a channel for whoever wants to know of new processes, and what it publishes. */
const created = channel("child_process");

/** As a `ChildProcess` without an IPC channel, except that `pid` is known only when `spawn` fires. */
export class Program extends EventEmitter {
  readonly spawnfile: string;
  readonly spawnargs: readonly string[];
  readonly connected = false;
  pid: number | undefined;
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  /** Whether kill() has sent a signal. */
  killed = false;
  readonly #ends: PipeEnds;
  readonly #scope = new AsyncResource("DESKTOP_FORK_PROGRAM");
  /** What still has to close before "close": the program itself, and its streams. */
  #open: number;
  #life: Life | undefined;
  #runs = false;
  #over = false;
  #referenced = true;
  #holds = false;
  /** Signals for a program that can't be reached yet. */
  #signals: number[] = [];

  constructor({ addon, file, args, ends, start }: ProgramOptions) {
    super();
    this.spawnfile = file;
    this.spawnargs = args;
    this.#ends = new PipeEnds({ addon, fds: ends, closed: () => this.#closed() });
    this.#open = 1 + this.#ends.outputs;
    if (created.hasSubscribers) created.publish({ process: this });
    start({
      reachable: (life) => this.#reachable(life),
      started: (life) => this.#started(life),
      ended: (status) => this.#ended(status),
      failed: (errno) => this.#failed(errno),
      lost: (error) => this.#lost(error),
    });
  }

  get stdin(): net.Socket | null {
    return this.#stream(0);
  }

  set stdin(stream: unknown) {
    this.#replace("stdin", stream);
  }

  get stdout(): net.Socket | null {
    return this.#stream(1);
  }

  set stdout(stream: unknown) {
    this.#replace("stdout", stream);
  }

  get stderr(): net.Socket | null {
    return this.#stream(2);
  }

  set stderr(stream: unknown) {
    this.#replace("stderr", stream);
  }

  get stdio(): (net.Socket | null)[] {
    const streams = this.#scope.runInAsyncScope(() => this.#ends.sockets());
    this.#replace("stdio", streams);
    return streams;
  }

  set stdio(streams: unknown) {
    this.#replace("stdio", streams);
  }

  /**
   * Sends a signal, through a pidfd: it never hits another process that was given the same pid. Before `spawn` it is kept
   * until the program runs.
   * @returns false when the program has ended
   * @throws TypeError ERR_UNKNOWN_SIGNAL
   */
  kill(signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    const number = signal === 0 ? 0 : killSignalNumber(signal);
    if (this.#over) return false;
    if (this.#life === undefined) this.#signals.push(number);
    else if (!this.#send(this.#life, number)) return false;
    this.killed = true;
    return true;
  }

  /** Lets this program's event loop end while the program runs, as far as its streams do. */
  unref(): void {
    this.#referenced = false;
    this.#hold();
    // Only a stream keeps the event loop alive, not a bare descriptor.
    void this.stdio;
  }

  ref(): void {
    this.#referenced = true;
    this.#hold();
  }

  [Symbol.dispose](): void {
    if (!this.killed) this.kill();
  }

  /** A stream whose data comes in the context of the call that started the program, whoever is first to ask for it. */
  #stream(index: number): net.Socket | null {
    return this.#scope.runInAsyncScope(() => this.#ends.socket(index));
  }

  /** A property as any other, from now on: a wrapper may put streams of its own there. */
  #replace(name: "stdin" | "stdout" | "stderr" | "stdio", value: unknown): void {
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
  }

  #reachable(life: Life): void {
    this.#life = life;
    for (const signal of this.#signals.splice(0)) this.#send(life, signal);
  }

  #started(life: Life): void {
    this.#runs = true;
    this.#life = life;
    this.#hold();
    this.#later(() => {
      this.pid = life.pid;
      this.#ends.release();
      this.#reachable(life);
      this.emit("spawn");
    });
  }

  /** A program that runs keeps the event loop alive, unless it was told not to. */
  #hold(): void {
    const isToHold = this.#referenced && this.#runs && !this.#over;
    if (isToHold === this.#holds) return;
    this.#holds = isToHold;
    if (isToHold) this.#life?.hold();
    else this.#life?.release();
  }

  #ended({ code, signal }: ExitStatus): void {
    this.#over = true;
    this.#hold();
    this.#later(() => {
      this.exitCode = code;
      this.signalCode = signal;
      this.#ends.endInput();
      process.nextTick(() => this.#finish());
      this.emit("exit", code, signal);
    });
  }

  /** The last chance to look at a stream was in a listener of "exit" or "error". */
  #finish(): void {
    this.#ends.finish();
    this.#closed();
  }

  #failed(errno: number): void {
    this.#lost(spawnFailure(errno, this.spawnfile, this.spawnargs), errno);
  }

  #lost(error: Error, errno: number | null = null): void {
    this.#over = true;
    this.#later(() => {
      this.exitCode = errno;
      this.#ends.endInput();
      this.#ends.release();
      process.nextTick(() => this.#finish());
      this.emit("error", error);
    });
  }

  #closed(): void {
    if (--this.#open > 0) return;
    this.#scope.runInAsyncScope(() => this.emit("close", this.exitCode, this.signalCode));
  }

  #send(life: Life, signal: number): boolean {
    try {
      return life.kill(signal);
    } catch (error) {
      this.emit("error", systemFailure((error as NodeJS.ErrnoException).errno ?? 0, "kill"));
      return false;
    }
  }

  /**
   * In the context of the call that started it, and not in the middle of others' messages: a listener may throw.
   */
  #later(callback: () => void): void {
    this.#scope.runInAsyncScope(() => process.nextTick(callback));
  }
}

// Code that asks `instanceof ChildProcess` gets a yes. Its constructor is not called: it would make a handle of its own.
Object.setPrototypeOf(Program.prototype, ChildProcess.prototype);
