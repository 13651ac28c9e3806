/** A process whose function is running. */
import type net from "node:net";
import { belongsHere, endsHere } from "../base/fork-hooks.js";
import type { Connection } from "../connection/connection.js";
import type { ExitStatus } from "../connection/exit-status.js";
import type { PipeEnds } from "../handles/stdio.js";
import { type MemoryUse, readMemory } from "../metrics/memory.js";

export interface WorkerStart {
  /** Held for the worker. */
  connection: Connection;
  socket: net.Socket;
  pipes: PipeEnds;
}

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
  readonly #connection: Connection;
  #referenced = true;

  /** @internal */
  constructor({ connection, socket, pipes }: WorkerStart) {
    this.socket = socket;
    this.stdin = pipes.stdin;
    this.stdout = pipes.stdout;
    this.stderr = pipes.stderr;
    this.exited = connection.exited;
    this.#connection = connection;
    // Nothing is asked of it any more, and its end is told by `exited`.
    connection.events.failed = undefined;
    belongsHere(this);
    void this.exited.then(() => {
      endsHere(this);
      this.#release();
      // Nobody may have asked for what it wrote; the end of file still closes the socket.
      this.socket.read(0);
    });
  }

  get pid(): number {
    return this.#connection.pid as number;
  }

  /** Null while it runs, or when a signal ended it. */
  get exitCode(): number | null {
    return this.#connection.status?.code ?? null;
  }

  /**
   * Sends a signal, through a pidfd: it never hits another process that was given the same pid.
   * @returns false when the process has ended
   * @throws ForkError ERR_FORK_ARGUMENT for an unknown signal
   */
  kill(signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    return this.#connection.kill(signal);
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
    if (!this.#referenced && this.#connection.status === undefined) {
      this.#connection.hold();
      this.#referenced = true;
    }
    return this;
  }

  /** @internal In a fork of this process. */
  abandon(): void {
    for (const stream of [this.socket, this.stdin, this.stdout, this.stderr]) stream?.removeAllListeners().destroy();
  }

  #release(): void {
    if (this.#referenced) this.#connection.release();
    this.#referenced = false;
  }

  /** Kills with SIGKILL, closes the socket, and waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    this.socket.destroy();
    await this.exited;
  }
}
