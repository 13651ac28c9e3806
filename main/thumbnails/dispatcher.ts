/** Hands pictures to workers: one at a time to each, and a new worker for each that died. */
import type { Duplex } from "node:stream";
import { ForkError } from "../errors.js";
import { describeStatus, type ExitStatus } from "../exit-status.js";
import { discard } from "./cache.js";
import { readLines, sendLine } from "./lines.js";
import type { PictureReply, PictureRequest } from "./request.js";

/** A process that serves its socket; a `Worker` is one. */
export interface PictureProcess {
  readonly socket: Duplex;
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  kill(signal: NodeJS.Signals): boolean;
}

export interface DispatcherOptions {
  start(): Promise<PictureProcess>;
  /** How long one picture may take, in milliseconds. */
  timeoutMs: number;
  /** Called for each process before its first picture, and after its last. */
  onIdle(process: PictureProcess, moment: "start" | "end"): Promise<void>;
}

/** How a process that fell silent may still end by itself before it is killed. */
const EXIT_TIMEOUT_MS = 1000;
const START_ATTEMPTS = 3;
/** Signals that are no news about the picture: somebody, or the kernel for want of memory, ended the process. */
const OUTSIDE_SIGNALS: readonly (string | null)[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #processes = new Set<PictureProcess>();
  readonly #underWay = new Set<PictureRequest>();
  #killed = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Works for one reader of a queue until that ends. The process starts with the first item. */
  async serve<T>(
    items: AsyncIterable<T>,
    requestFor: (item: T) => PictureRequest,
    done: (item: T, reply: PictureReply) => void,
  ): Promise<void> {
    let worker: PictureWorker | undefined;
    try {
      for await (const item of items) {
        if (worker === undefined || worker.ended) worker = await this.#startLiving();
        const request = requestFor(item);
        this.#underWay.add(request);
        const reply = await worker.make(request, this.#options.timeoutMs);
        this.#underWay.delete(request);
        if (!("made" in reply)) discardTemporaries(request);
        if (this.#killed) return;
        done(item, reply);
      }
      if (worker?.ended === false) await this.#options.onIdle(worker.process, "end");
    } finally {
      await worker?.end();
    }
  }

  /** Ends everything at once, and removes what was half done. */
  kill(): void {
    this.#killed = true;
    for (const process of this.#processes) process.kill("SIGKILL");
    for (const request of this.#underWay) discardTemporaries(request);
  }

  async #startLiving(): Promise<PictureWorker> {
    for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
      const worker = await this.#start();
      if (!worker.ended || this.#killed) return worker;
    }
    throw new ForkError("ERR_FORK_DIED", `${START_ATTEMPTS} workers in a row ended before their first picture`);
  }

  async #start(): Promise<PictureWorker> {
    const process = await this.#options.start();
    this.#processes.add(process);
    void process.exited.then(() => this.#processes.delete(process));
    if (this.#killed) process.kill("SIGKILL");
    const worker = new PictureWorker(process);
    await this.#options.onIdle(process, "start");
    return worker;
  }
}

class PictureWorker {
  readonly process: PictureProcess;
  readonly #lines: AsyncGenerator<unknown>;
  #served = 0;
  ended = false;

  constructor(process: PictureProcess) {
    this.process = process;
    this.#lines = readLines(process.socket);
    process.socket.on("error", () => {}); // the end of the lines tells
    void process.exited.then(() => {
      this.ended = true;
    });
  }

  async make(request: PictureRequest, timeoutMs: number): Promise<PictureReply> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.process.kill("SIGKILL");
    }, timeoutMs);
    sendLine(this.process.socket, request);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (!done) {
      this.#served++;
      return value as PictureReply;
    }
    const status = await this.#exited();
    const message = late ? `it took longer than ${timeoutMs / 1000} s` : `the worker ${describeStatus(status)}`;
    return { blame: this.#blame(late, status), message };
  }

  /** A worker that never answered may itself be what is wrong: that must not be held against its picture for long. */
  #blame(late: boolean, { code, signal }: ExitStatus): "picture" | "file" {
    if (this.#served === 0) return "file";
    return late || code !== null || !OUTSIDE_SIGNALS.includes(signal) ? "picture" : "file";
  }

  async end(): Promise<void> {
    this.process.socket.end();
    await this.#exited();
    this.process.socket.destroy();
  }

  async #exited(): Promise<ExitStatus> {
    const timer = setTimeout(() => this.process.kill("SIGKILL"), EXIT_TIMEOUT_MS);
    const status = await this.process.exited;
    clearTimeout(timer);
    return status;
  }
}

function discardTemporaries({ targets }: PictureRequest): void {
  discard(targets.map(({ temporary }) => temporary));
}
