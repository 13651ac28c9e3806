/** Serves one channel: takes its messages in order, does what they say, and answers. */
import type net from "node:net";
import { constants } from "node:os";
import type { Addon } from "../native/addon.cjs";
import { becomeChild } from "./after-fork.cjs";
import { Children } from "./children.cjs";
import { prepareEntropy, wrapEntropy } from "./entropy.cjs";
import { evaluate, findFunction } from "./evaluate.cjs";
import { explainRefusal, forkInCheckPhase, untilQuiet } from "./fork.cjs";

import { ignoreInterrupt, restoreInterrupt } from "./interrupt.cjs";
import { findExport, loadedModule, loadModule } from "./modules.cjs";
import { addHandle, addValues, openHandle, takeArguments } from "./process-state.cjs";
import { enter, type WorkerFunction } from "./run.cjs";
import { settle } from "./settle.cjs";
import { becomeProgram, type Spawned, spawnProgram } from "./spawn.cjs";
import type { Channel, ChannelEvents } from "./wire/channel.cjs";
import { LOST_HANDLE, MAX_PAYLOAD_BYTES, type Message, MessageType } from "./wire/message.cjs";
import type { ForkPlan, FunctionPlan, HandleKind, RpcPlan, RunPlan } from "./wire/plans.cjs";
import { describeError, type Failure, type FailureKind } from "./wire/remote-error.cjs";
import { SocketChannel } from "./wire/socket-channel.cjs";

export interface Host {
  /** Undefined where there is none: no forks and no handles then. */
  addon: Addon | undefined;
  /** Why this process can't be forked. */
  unforkable: string | undefined;
  /** Without the addon: the descriptor of the worker's socket. */
  socketFd: number | undefined;
  /** What a process may do that waits for its start. Never rejects. */
  rehearseStart?: (host: Host) => Promise<void>;
  /** Modules were loaded into this fresh runtime: V8 may be in the middle of marking, and each child would go on with that. */
  littered?: boolean;
}

const { EMFILE } = constants.errno;

function noDescriptorLeft(): Error {
  const message = "EMFILE: too many open files, a handle that was sent could not be received";
  return Object.assign(new Error(message), { code: "EMFILE", errno: -EMFILE });
}

/** A process that is asked sooner is one that others are in a hurry for. */
const REHEARSAL_DELAY_MS = 4;

class CommandFailed extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly reason: unknown,
  ) {
    super();
  }
}

/** The one that this process serves: a forked child leaves its template's behind. */
let current: Server | undefined;

export function currentServer(): Server | undefined {
  return current;
}

process.on("exit", (code) => current?.sayLeaving(code));

export class Server implements ChannelEvents {
  readonly #host: Host;
  /** The descriptor whose end is this process's end; undefined for a detached one. */
  readonly #lifeline: number | undefined;
  readonly #children: Children | undefined;
  readonly #queue: Message[] = [];
  #channel: Channel | undefined;
  #busy = false;
  #failure: string | undefined;
  #running = false;
  /** What runs is the rpc service. */
  #serving = false;
  #retiring = false;
  /** What is to be played before the first command that it helps. */
  #rehearsal: (() => Promise<void>) | undefined;
  #idling: NodeJS.Timeout | undefined;

  constructor(host: Host, lifeline: number | undefined) {
    this.#host = host;
    this.#lifeline = lifeline;
    if (host.addon !== undefined)
      this.#children = new Children(host.addon, (exit) =>
        this.#channel?.send(MessageType.Exited, 0, [JSON.stringify(exit)]),
      );
  }

  /** @param channel the server's from now on */
  serve(channel: Channel): void {
    this.#channel = channel;
  }

  /** This is the server that the process answers with from now on. */
  takeOver(): void {
    current = this;
  }

  /** Commands wait for that; it never rejects. */
  busyWith(doing: Promise<void>): void {
    this.#busy = true;
    void doing.finally(() => {
      this.#busy = false;
      this.#pump();
    });
  }

  /**
   * Plays that, which never rejects, as soon as nothing is asked for; at the latest before any code of others is loaded and
   * before a child is forked that nobody waits for.
   */
  rehearse(rehearsal: () => Promise<void>): void {
    this.#rehearsal = rehearsal;
    this.#awaitIdleness();
  }

  #awaitIdleness(): void {
    this.#idling = setTimeout(() => this.#play(), REHEARSAL_DELAY_MS);
  }

  #play(): void {
    const rehearsal = this.#rehearsal;
    this.#rehearsal = undefined;
    if (rehearsal !== undefined) this.busyWith(rehearsal());
  }

  message(message: Message): void {
    // Needs nothing of what this process is or does, so it does not wait for that.
    if (message.type === MessageType.Spawn) return this.#spawn(message);
    clearTimeout(this.#idling);
    this.#queue.push(message);
    this.#pump();
  }

  /** The parent is gone, or has dropped this process. */
  end(error?: Error): void {
    if (error !== undefined) process.stderr.write(`desktop-fork: the channel to the parent broke: ${error.message}\n`);
    if (this.#lifeline !== undefined || !this.#running) this.#exit();
  }

  #exit(): never {
    process.exit(this.#failure === undefined ? 0 : 1);
  }

  /** Nothing more is said or heard. */
  close(): void {
    this.#channel?.close();
  }

  sayLeaving(code: number): void {
    this.#channel?.send(MessageType.Leaving, 0, [String(code)]);
  }

  #pump(): void {
    while (!this.#busy) {
      const [message] = this.#queue;
      if (message === undefined) break;
      if (this.#rehearsal !== undefined && gainsByRehearsal(message)) {
        this.#play();
        continue;
      }
      this.#queue.shift();
      const doing = this.#dispatch(message);
      if (doing !== undefined) this.busyWith(doing);
    }
    if (this.#rehearsal !== undefined && !this.#busy) this.#awaitIdleness();
  }

  /** @returns a promise, which never rejects, when the command takes more than this turn */
  #dispatch(message: Message): Promise<void> | undefined {
    if (this.#failure !== undefined && message.type !== MessageType.Retire)
      return this.#repeatFailure(message, this.#failure);
    // A worker that serves rpc can be forked; the fork serves nobody.
    if (this.#running && !(this.#serving && message.type === MessageType.Fork))
      return this.#repeatFailure(
        message,
        this.#describe(new CommandFailed("protocol", new Error("a function is running"))),
      );
    try {
      return this.#execute(message)?.catch((error) => this.#fail(message, error));
    } catch (error) {
      this.#fail(message, error);
      return undefined;
    }
  }

  #execute(message: Message): Promise<void> | undefined {
    const { values, handles } = message;
    if (handles.includes(LOST_HANDLE)) throw new CommandFailed("system", noDescriptorLeft());
    switch (message.type) {
      case MessageType.Eval:
        return this.#evaluate(message);
      case MessageType.Require:
        return this.#require(message);
      case MessageType.Arguments:
        addValues(values);
        return undefined;
      case MessageType.Handles:
        if (values.length !== handles.length) throw new CommandFailed("protocol", new Error("handles without a kind"));
        for (const [index, fd] of handles.entries()) addHandle(values[index] as HandleKind, fd);
        return undefined;
      case MessageType.Fork:
        return this.#fork(message);
      case MessageType.Sync:
        this.#settle();
        this.#channel?.send(MessageType.Done, message.id);
        return undefined;
      case MessageType.Run:
        return this.#run(message);
      case MessageType.Exec:
        return this.#becomeProgram(message);
      case MessageType.Retire:
        this.#retiring = true;
        if (this.#children === undefined) this.#exit();
        else this.#children.whenGone(() => this.#exit());
        return undefined;
      default:
        throw new CommandFailed(
          "protocol",
          new Error(`message type 0x${message.type.toString(16)} is not for a process`),
        );
    }
  }

  async #evaluate({ values }: Message): Promise<void> {
    const [code, from, ...args] = values as [string, string, ...(string | Buffer)[]];
    this.#admitOthers();
    try {
      await evaluate(code, from, args);
    } catch (error) {
      throw new CommandFailed("eval", error);
    } finally {
      this.#host.addon?.lifeline(-1);
    }
  }

  async #require({ values }: Message): Promise<void> {
    const [from, ...specifiers] = values as [string, ...string[]];
    this.#admitOthers();
    try {
      for (const specifier of specifiers) await this.#load(specifier, from);
    } finally {
      this.#host.addon?.lifeline(-1);
    }
    if (this.#host.littered !== undefined) this.#host.littered = true;
  }

  /** Code of others runs next: it may draw random numbers, and it may never return. */
  #admitOthers(): void {
    wrapEntropy();
    if (this.#lifeline !== undefined) this.#host.addon?.lifeline(this.#lifeline);
  }

  async #load(specifier: string, from: string): Promise<Record<string, unknown>> {
    try {
      return await loadModule(specifier, from);
    } catch (error) {
      throw new CommandFailed("require", error);
    }
  }

  async #fork(message: Message): Promise<void> {
    const { addon, unforkable } = this.#host;
    const [fd, ...fds] = message.handles;
    if (fd === undefined) throw new CommandFailed("protocol", new Error("a fork without its channel"));
    if (addon === undefined || unforkable !== undefined) throw new CommandFailed("unsupported", new Error(unforkable));
    if (this.#retiring) throw new CommandFailed("fork", new Error("this template was closed"));
    try {
      await untilQuiet(addon);
    } catch (error) {
      throw new CommandFailed("fork", error);
    }
    prepareEntropy();
    this.#settle();
    const channel = this.#channel as Channel;
    await new Promise<void>((resolve) => {
      forkInCheckPhase(addon, (result) => {
        if (result === 0) return this.#becomeChild(addon, fd, fds, JSON.parse(message.values[0] as string) as ForkPlan);
        for (const handle of message.handles) addon.close(handle);
        message.handles = [];
        if ("refused" in result) {
          this.#answerFailure(message, this.#describe(new CommandFailed("fork", explainRefusal(result))));
        } else {
          this.#children?.add(result.pid);
          channel.send(MessageType.Forked, message.id, [String(result.pid)], result.pidfd < 0 ? [] : [result.pidfd]);
        }
        resolve();
      });
    });
  }

  /** Before anybody is told that this process is ready, and before a child of it is born. */
  #settle(): void {
    if (!this.#host.littered) return;
    this.#host.littered = false;
    settle();
  }

  /** The child's side of a fork: this server ends, another takes over. Nothing that this one awaits may go on. */
  #becomeChild(addon: Addon, fd: number, fds: readonly number[], plan: ForkPlan): void {
    this.#channel?.close();
    for (const message of this.#queue.splice(0)) for (const handle of message.handles) addon.close(handle);
    const { littered: _, ...host } = this.#host; // to collect in a child would copy the whole heap
    const server = new Server(host, plan.detached ? undefined : fd);
    const channel = new SocketChannel({ addon, fd, events: server, maxPayloadBytes: MAX_PAYLOAD_BYTES });
    server.serve(channel);
    server.takeOver();
    try {
      if (this.#serving) leaveService(addon);
      becomeChild(addon, plan, fds);
    } catch (error) {
      server.#fail({ type: MessageType.Eval, id: 0, values: [], handles: [] }, new CommandFailed("birth", error));
    }
    for (const handle of fds) addon.close(handle);
    channel.readNow();
    if (plan.spare && !server.#busy) server.#rehearseStart();
  }

  /** There is time now, and none later. */
  #rehearseStart(): void {
    const { rehearseStart } = this.#host;
    if (rehearseStart === undefined) return;
    this.#idling = setTimeout(() => this.busyWith(rehearseStart(this.#host)), REHEARSAL_DELAY_MS);
  }

  #run(message: Message): Promise<void> | undefined {
    const plan = JSON.parse(message.values[0] as string) as RunPlan;
    this.#rehearsal = undefined; // this process is no template
    this.#admitOthers();
    if ("function" in plan) {
      this.#enter(message, plan, () => findFunction(plan.function));
      return undefined;
    }
    const begin = (loaded: Record<string, unknown>) => {
      if ("service" in plan) this.#serveRpc(message, plan, loaded);
      else this.#enter(message, plan, () => findExport(loaded, plan.export, plan.module));
    };
    const namespace = loadedModule(plan.module, plan.from);
    if (namespace === undefined) return this.#load(plan.module, plan.from).then(begin);
    begin(namespace);
    return undefined;
  }

  #serveRpc(message: Message, plan: RpcPlan, namespace: Record<string, unknown>): void {
    const { serveRpc } = rpcService();
    const args = takeArguments();
    const fd = this.#begin(message, plan.title);
    this.#serving = true;
    serveRpc({ addon: this.#host.addon, fd, namespace, plan, args });
  }

  #enter(message: Message, plan: FunctionPlan, find: () => unknown): void {
    let work: unknown;
    try {
      work = find();
      if (typeof work !== "function") {
        const name = "function" in plan ? plan.function : plan.export;
        throw new TypeError(`'${name}' is no function but ${work === null ? "null" : `of type ${typeof work}`}`);
      }
    } catch (error) {
      throw new CommandFailed("function", error);
    }
    const args = takeArguments();
    const fd = this.#begin(message, plan.title);
    enter(work as WorkerFunction, openHandle("socket", fd) as net.Socket, args);
  }

  /** From here on this process belongs to what it runs. @returns the descriptor of the worker's socket */
  #begin(message: Message, title: string): number {
    const fd = message.handles[0] ?? this.#host.socketFd;
    if (fd === undefined) throw new CommandFailed("protocol", new Error("a run without its socket"));
    this.#running = true;
    process.title = title;
    restoreInterrupt(this.#host.addon);
    this.#channel?.setReferenced(false);
    this.#channel?.send(MessageType.Done, message.id);
    return fd;
  }

  #spawn(message: Message): void {
    const { addon } = this.#host;
    let spawned: Spawned;
    try {
      if (addon === undefined || this.#running) throw new Error("this process starts no programs");
      spawned = message.handles.includes(LOST_HANDLE) ? { errno: -EMFILE } : spawnProgram(addon, message);
    } catch (error) {
      return this.#answerFailure(message, this.#describe(new CommandFailed("unsupported", error)));
    }
    for (const fd of message.handles) addon.close(fd);
    if ("errno" in spawned) {
      this.#channel?.send(MessageType.Spawned, message.id, [String(spawned.errno)]);
    } else {
      this.#children?.adopt(spawned.pid);
      this.#channel?.send(MessageType.Spawned, message.id, [String(spawned.pid)], [spawned.pidfd]);
    }
  }

  #becomeProgram(message: Message): undefined {
    const { addon } = this.#host;
    if (addon === undefined) throw new CommandFailed("unsupported", new Error("this process has no addon"));
    becomeProgram(addon, (this.#channel as SocketChannel).fd, message);
  }

  #fail(message: Message, error: unknown): void {
    const failure = this.#describe(error);
    // A fork that did not come about leaves this process as it was.
    if (message.type !== MessageType.Fork) this.#failure = failure;
    this.#answerFailure(message, failure);
  }

  #describe(error: unknown): string {
    const failed = error instanceof CommandFailed ? error : new CommandFailed("protocol", error);
    return JSON.stringify({ kind: failed.kind, error: describeError(failed.reason) } satisfies Failure);
  }

  #repeatFailure(message: Message, failure: string): undefined {
    this.#answerFailure(message, failure);
  }

  #answerFailure(message: Message, failure: string): void {
    for (const fd of message.handles) this.#host.addon?.close(fd);
    this.#channel?.send(MessageType.Failed, message.id, [failure]);
  }
}

/** The others can't wait, or leave nothing behind that a child could have. */
function gainsByRehearsal({ type, values }: Message): boolean {
  if (type === MessageType.Fork) return (JSON.parse(values[0] as string) as ForkPlan).spare === true;
  return type === MessageType.Require || type === MessageType.Eval;
}

/** In a fork of a worker that serves rpc, which waits for commands now as any other process that runs nothing. */
function leaveService(addon: Addon): void {
  rpcService().abandonService();
  ignoreInterrupt(addon);
}

/** Most processes never need it. */
function rpcService(): typeof import("./rpc/serve.cjs") {
  return require("./rpc/serve.cjs") as typeof import("./rpc/serve.cjs");
}
