/** A process that serves rpc, together with the client that is connected to it. */

import { useAddon } from "../../helper/protocol/handles.cjs";
import { SocketLink } from "../../helper/protocol/socket-link.cjs";
import { StreamLink } from "../../helper/protocol/stream-link.cjs";
import type { ForkProcess } from "../api/fork-process.js";
import { onAbort } from "../base/abort.js";
import { requireAddon, tryAddon } from "../base/addon.js";
import { abortError, ForkError } from "../base/errors.js";
import { describeStatus, type ExitStatus, UNKNOWN_STATUS } from "../connection/exit-status.js";
import type { ManagedProcess } from "../lifecycle/managed-process.js";
import { type ClientEvents, RpcClient } from "./client.js";
import type { Service } from "./service.js";

/** How long the news of an end may lag behind the end of the connection, and the other way round. */
const END_TIMEOUT_MS = 1000;

export interface ProcessEvents extends Pick<ClientEvents, "ready" | "retiring" | "event"> {
  /** It answers no more, for whatever reason. Called once, before its calls are rejected with the same error. */
  failed?(error: Error): void;
  /** Its connection has ended; failed() follows when it is known why. */
  ended?(): void;
}

export class RpcProcess {
  readonly client: RpcClient;
  /** Resolves when the worker serves; rejects with why it never will. */
  readonly ready: Promise<void>;
  /** Settles when the process has ended, or never came to life. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Undefined when somebody else has used it up. */
  #core: ManagedProcess | undefined;
  #connection: ManagedProcess | undefined;
  #settleReady!: { resolve(): void; reject(error: Error): void };
  #settleExited!: (status: ExitStatus) => void;
  #hasExited = false;
  /** Its end is awaited. */
  #ending = false;
  #referenced = false;
  #held = false;
  #over = false;
  /** For the end of the connection. A timer would keep all that the process had in memory until then. */
  #patience: NodeJS.Timeout | undefined;
  readonly #tellFailed: ((error: Error) => void) | undefined;
  #disobey: () => void = () => {};

  /** @param process used up by it */
  constructor(process: ForkProcess, { plan, serializer }: Service, events: ProcessEvents = {}) {
    this.#tellFailed = events.failed?.bind(events);
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.ready.catch(() => {}); // calls tell it as well
    this.exited = new Promise((resolve) => {
      this.#settleExited = resolve;
    });
    const addon = tryAddon();
    useAddon(addon instanceof Error ? undefined : addon);
    this.client = new RpcClient(
      { maxFrameBytes: plan.maxFrameBytes, serializer },
      {
        ...events,
        ready: () => {
          this.#settleReady.resolve();
          events.ready?.();
        },
        refused: (error) => this.fail(error),
        ended: (error) => {
          events.ended?.();
          void this.#lost(error);
        },
      },
    );
    if (process.core.signal !== undefined) this.#obey(process.core.signal);
    void this.#start(process.core, plan);
  }

  get pid(): number | undefined {
    return this.#connection?.pid;
  }

  get connection(): ManagedProcess | undefined {
    return this.#connection;
  }

  /** Rejects all calls, and those to come; the process is killed. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#patience);
    this.#settleReady.reject(error);
    this.#tellFailed?.(error);
    // Before it sees the end of its connection; or wherever it is on its way.
    if (this.#connection !== undefined) this.#connection.kill("SIGKILL");
    else this.#core?.abort(error);
    this.client.fail(error);
    this.#ending = true;
    this.#rethinkHold();
  }

  /** No more calls: the process finishes those that it has, and ends. */
  finish(reason: ForkError): void {
    this.client.finish(reason);
    this.#ending = true;
    this.#rethinkHold();
  }

  /** Whether this program lives as long as the process does, also when nothing is awaited of it. */
  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    this.#rethinkHold();
  }

  async #start(core: ManagedProcess, plan: Service["plan"]): Promise<void> {
    try {
      core.assertUsable();
      this.#core = core;
      const end = await core.run(plan);
      this.#obtained(core);
      core.release();
      this.client.attach(typeof end === "number" ? new SocketLink(requireAddon("rpc"), end) : new StreamLink(end));
      if (this.#over) core.kill("SIGKILL");
    } catch (error) {
      this.fail(error as Error);
      if (this.#core === undefined) return this.#settle(UNKNOWN_STATUS);
      this.#obtained(this.#core);
      // What nobody has heard of yet may never come to life: its template may hang.
      if (this.pid === undefined) setTimeout(() => this.#settle(UNKNOWN_STATUS), END_TIMEOUT_MS);
    }
  }

  #obtained(process: ManagedProcess): void {
    this.#connection = process;
    if (this.#held) process.hold();
    void process.exited.then((status) => this.#exited(status));
  }

  #exited(status: ExitStatus): void {
    this.#settle(status);
    if (this.#over) return;
    // The connection ends with it, unless somebody else has the worker's end open.
    this.#patience = setTimeout(() => void this.#lost(), END_TIMEOUT_MS).unref();
  }

  #settle(status: ExitStatus): void {
    this.#hasExited = true;
    this.#rethinkHold();
    this.#disobey();
    this.#settleExited(status);
  }

  /** The connection has ended by itself, so the process should, too. */
  async #lost(cause?: Error): Promise<void> {
    const { pid } = this;
    if (cause !== undefined)
      return this.fail(
        new ForkError("ERR_FORK_PROTOCOL", `worker ${pid} said nonsense: ${cause.message}`, { cause, pid }),
      );
    const status = await this.#exitStatus();
    const message = `worker ${pid} ${describeStatus(status)} before it answered`;
    this.fail(new ForkError("ERR_FORK_DIED", message, { pid, exitCode: status.code, signal: status.signal }));
  }

  /** How it ended, if that is known in time. */
  #exitStatus(): Promise<ExitStatus> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(UNKNOWN_STATUS), END_TIMEOUT_MS);
      void this.exited.then((status) => {
        clearTimeout(timer);
        resolve(status);
      });
    });
  }

  /** The process is ended by its own core. */
  #obey(signal: AbortSignal): void {
    this.#disobey = onAbort(signal, () => this.fail(abortError(signal)));
  }

  #rethinkHold(): void {
    const held = (this.#ending || this.#referenced) && !this.#hasExited;
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#connection?.hold();
    else this.#connection?.release();
  }
}
