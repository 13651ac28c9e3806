/** A process whose function is running. */
import type net from "node:net";
import { type InspectOptions, inspect } from "node:util";
import { addForkHook, removeForkHook } from "../base/fork-hooks.js";
import { inspectLine } from "../base/inspect.js";
import { describeStatus, type ExitStatus } from "../connection/exit-status.js";
import type { PipeEnds } from "../handles/stdio.js";
import type { ManagedProcess } from "../lifecycle/managed-process.js";
import { type MemoryUse, readMemory } from "../metrics/memory.js";

/**
 * A running worker. It ends when its function's result has settled and its event loop is empty (a socket that it
 * does not read counts for nothing), when it is killed, or when this program ends (unless it is `detached`). Dropping this object changes nothing for it.
 *
 * A live worker keeps this program's event loop alive, as a `ChildProcess` does; see {@link Worker.unref}.
 */
export class Worker {
  /** This end of the socket that the function has as its first argument. Yours to close. */
  readonly socket: net.Socket;
  /** Settles when the process has ended, however it did. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** This program's end of the pipe that is its standard input; null unless `stdio` asked for one. Yours to end. */
  readonly stdin: PipeEnds["stdin"];
  readonly stdout: PipeEnds["stdout"];
  readonly stderr: PipeEnds["stderr"];
  readonly #process: ManagedProcess;
  #referenced = true;

  /**
   * @internal
   * @param process held for the worker
   */
  constructor(process: ManagedProcess, socket: net.Socket) {
    const { stdin, stdout, stderr } = process.pipes;
    this.socket = socket;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.exited = process.exited;
    this.#process = process;
    socket.on("error", ignorePeerDeath);
    addForkHook(this);
    void this.exited.then(() => {
      removeForkHook(this);
      this.#release();
      // Nobody may have asked for what it wrote; the end of file still closes the socket.
      this.socket.read(0);
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Null while it runs, or when a signal ended it. */
  get exitCode(): number | null {
    return this.#process.status?.code ?? null;
  }

  /**
   * Sends a signal, through a pidfd: it never hits another process that was given the same pid.
   * @returns false when the process has ended
   * @throws ForkError ERR_FORK_ARGUMENT for an unknown signal
   */
  kill(signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    return this.#process.kill(signal);
  }

  /**
   * Its memory in bytes, as of now. Linux only.
   * @throws ForkError ERR_FORK_UNSUPPORTED without /proc; ERR_FORK_DIED when the process has ended
   */
  memory(): Promise<MemoryUse> {
    return readMemory(this.pid);
  }

  /** Lets this program's event loop end while the worker runs, its socket included. The worker then ends with it. */
  unref(): this {
    this.#release();
    this.socket.unref();
    return this;
  }

  ref(): this {
    this.socket.ref();
    if (!this.#referenced && this.#process.status === undefined) {
      this.#process.hold();
      this.#referenced = true;
    }
    return this;
  }

  /** @internal */
  [inspect.custom](_depth: number, options: InspectOptions, show: typeof inspect): string {
    const { pid, title, status, strategy } = this.#process;
    const state = status === undefined ? "running" : describeStatus(status);
    return inspectLine("Worker", { pid, state, strategy: strategy?.name, title }, options, show);
  }

  /** @internal In a fork of this process. */
  disown(): void {
    for (const stream of [this.socket, this.stdin, this.stdout, this.stderr]) stream?.removeAllListeners().destroy();
  }

  #release(): void {
    if (this.#referenced) this.#process.release();
    this.#referenced = false;
  }

  /** Kills with SIGKILL, closes the socket, and waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    this.socket.destroy();
    await this.exited;
  }
}

/** The worker died with input unread, or before it was written to: `exited` tells that. */
const PEER_DEATHS = new Set(["ECONNRESET", "EPIPE"]);

/** What nobody else listens for is uncaught, as with any socket, unless the worker's death is all that it says. */
function ignorePeerDeath(this: net.Socket, error: NodeJS.ErrnoException): void {
  if (this.listenerCount("error") === 1 && !PEER_DEATHS.has(error.code ?? "")) throw error;
}
