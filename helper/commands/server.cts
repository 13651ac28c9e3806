/** Serves one channel: takes its messages in order, does what they say, and answers. */
import type { Addon } from "../../native/addon/addon.cjs";
import { becomeChild } from "../fork/after-fork.cjs";
import { prepareForOthers } from "../fork/before-others.cjs";
import { Children } from "../fork/children.cjs";
import { prepareEntropy } from "../fork/entropy.cjs";
import { keepInForks } from "../fork/exit-listeners.cjs";
import { explainRefusal, forkInCheckPhase, untilQuiet } from "../fork/fork.cjs";
import { restoreInterrupt } from "../fork/interrupt.cjs";
import type { Channel, ChannelEvents } from "../protocol/channel.cjs";
import { decodeMessage, type Received, type ReceivedOf } from "../protocol/content.cjs";
import { isLogging, logLine } from "../protocol/debug-log.cjs";
import { LOST_HANDLE, MAX_FRAME_BYTES } from "../protocol/frame.cjs";
import { type Message, MessageType } from "../protocol/message.cjs";
import type { ForkPlan, RunPlan } from "../protocol/plans.cjs";
import type { Failure } from "../protocol/remote-error.cjs";
import { SocketChannel } from "../protocol/socket-channel.cjs";
import { CommandFailed, describeFailure, failed, noDescriptorLeft } from "./command-failed.cjs";
import { CommandQueue } from "./command-queue.cjs";
import type { Host } from "./host.cjs";
import { addHandle, addValues } from "./process-state.cjs";
import { answerSpawn, becomeProgram, type Spawned, spawnProgram } from "./spawn.cjs";
import { evaluateCode, leaveService, loadModules, start } from "./start.cjs";
import { WorkerEnd } from "./worker-end.cjs";

/** What was asked for. */
type Command = Pick<Received, "id" | "handles">;

/** Nobody has asked. */
const NO_COMMAND: Command = { id: 0, handles: [] };

/** The one that this process serves: a forked child leaves its template's behind. */
let current: Server | undefined;

export function currentServer(): Server | undefined {
  return current;
}

process.on(
  "exit",
  keepInForks((code: number) => current?.sayLeaving(code)),
);

export class Server implements ChannelEvents {
  readonly #host: Host;
  /** The descriptor whose end is this process's end; undefined for a detached one. */
  readonly #lifeline: number | undefined;
  readonly #children: Children | undefined;
  readonly commands = new CommandQueue((message) => this.#dispatch(message));
  #channel: Channel | undefined;
  /** Came ahead of need. */
  #end: WorkerEnd | undefined;
  #failure: Failure | undefined;
  #needsCollection = false;
  #running = false;
  #prepared = false;
  /** What runs is the rpc service. */
  #serving = false;
  #retiring = false;

  constructor(host: Host, lifeline: number | undefined) {
    this.#host = host;
    this.#lifeline = lifeline;
    if (host.addon !== undefined)
      this.#children = new Children(host.addon, (report) => this.#channel?.say({ type: MessageType.Exited, report }));
  }

  /** @param channel the server's from now on */
  serve(channel: Channel): void {
    this.#channel = channel;
  }

  /** This is the server that the process answers with from now on. */
  takeOver(): void {
    current = this;
  }

  message(raw: Message): void {
    const message = this.#decode(raw);
    // Needs nothing of what this process is or does, so it does not wait for that.
    if (message.type === MessageType.Spawn) return this.#spawn(message);
    this.commands.add(message);
  }

  #decode(message: Message): Received {
    try {
      return decodeMessage(message);
    } catch (error) {
      this.#channel?.discard(message.handles);
      throw error;
    }
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
    this.#channel?.say({ type: MessageType.Leaving, code });
  }

  /** @returns a promise, which never rejects, when the command takes more than this turn */
  #dispatch(message: Received): Promise<void> | undefined {
    if (this.#failure !== undefined && message.type !== MessageType.Retire)
      return this.#answerFailure(message, this.#failure);
    // A worker that serves rpc can be forked; the fork serves nobody.
    if (this.#running && !(this.#serving && message.type === MessageType.Fork))
      return this.#answerFailure(message, describeFailure(failed("protocol", "a function is running")));
    try {
      return this.#execute(message)?.catch((error) => this.#fail(message, error));
    } catch (error) {
      this.#fail(message, error);
      return undefined;
    }
  }

  #execute(message: Received): Promise<void> | undefined {
    const { handles } = message;
    if (handles.includes(LOST_HANDLE)) throw noDescriptorLeft();
    switch (message.type) {
      case MessageType.Eval:
        return this.#evaluate(message);
      case MessageType.Require:
        return this.#require(message);
      case MessageType.Arguments:
        addValues(message.args);
        return undefined;
      case MessageType.Handles:
        for (const [index, kind] of message.kinds.entries()) addHandle(kind, handles[index] as number);
        return undefined;
      case MessageType.Fork:
        return this.#fork(message);
      case MessageType.Sync:
        return this.#sync(message);
      case MessageType.Run:
        return this.#run(message);
      case MessageType.Prepare:
        return this.#prepare(message);
      case MessageType.Exec:
        return this.#becomeProgram(message);
      case MessageType.Retire:
        this.#retiring = true;
        if (isLogging) logLine("ends with its last child");
        if (this.#children === undefined) this.#exit();
        else this.#children.whenGone(() => this.#exit());
        return undefined;
      default:
        throw failed("protocol", `message type 0x${message.type.toString(16)} is not for a process`);
    }
  }

  async #evaluate(message: ReceivedOf<MessageType.Eval>): Promise<void> {
    this.#admitOthers();
    try {
      await evaluateCode(message);
    } finally {
      this.#host.addon?.lifeline(-1);
    }
  }

  async #require(message: ReceivedOf<MessageType.Require>): Promise<void> {
    this.#admitOthers();
    try {
      await loadModules(message);
    } finally {
      this.#host.addon?.lifeline(-1);
    }
    // V8 may be in the middle of marking, and each child would go on with that.
    this.#needsCollection = this.#host.fresh;
  }

  /** Code of others runs next: it may draw random numbers, and it may never return. */
  #admitOthers(): void {
    this.commands.dropIdleTask();
    prepareForOthers();
    if (this.#lifeline !== undefined) this.#host.addon?.lifeline(this.#lifeline);
  }

  async #fork(message: ReceivedOf<MessageType.Fork>): Promise<void> {
    const { addon, unforkable } = this.#host;
    const [fd, ...fds] = message.handles as [number, ...number[]];
    if (addon === undefined || unforkable !== undefined) throw failed("unsupported", unforkable);
    if (this.#retiring) throw failed("fork", "this template was closed");
    try {
      await untilQuiet(addon);
    } catch (error) {
      throw new CommandFailed("fork", error);
    }
    prepareEntropy();
    await this.#compactHeap();
    const channel = this.#channel as Channel;
    await new Promise<void>((resolve) => {
      forkInCheckPhase(addon, (result) => {
        if (result === 0) return this.#becomeChild(addon, fd, fds, message.plan);
        for (const handle of message.handles) addon.close(handle);
        message.handles = [];
        if ("refused" in result) {
          this.#answerFailure(message, describeFailure(new CommandFailed("fork", explainRefusal(result))));
        } else {
          this.#children?.add(result.pid);
          const { pid, pidfd } = result;
          channel.say({ type: MessageType.Forked, pid }, message.id, pidfd < 0 ? [] : [pidfd]);
        }
        resolve();
      });
    });
  }

  /** Before this process says that it is ready, and before a fork. */
  #compactHeap(): Promise<void> | undefined {
    if (!this.#needsCollection) return undefined;
    this.#needsCollection = false;
    return this.#host.warmUp.compactHeap();
  }

  #sync({ id }: ReceivedOf<MessageType.Sync>): Promise<void> | undefined {
    const done = () => this.#channel?.say({ type: MessageType.Done }, id);
    const compacted = this.#compactHeap()?.then(done);
    if (compacted === undefined) done();
    return compacted;
  }

  /** The child's side of a fork: this server ends, another takes over. Nothing that this one awaits may go on. */
  #becomeChild(addon: Addon, fd: number, fds: readonly number[], plan: ForkPlan): void {
    this.#channel?.close();
    this.#end?.close();
    for (const message of this.commands.drop()) for (const handle of message.handles) addon.close(handle);
    const server = new Server({ ...this.#host, fresh: false }, plan.detached ? undefined : fd);
    const channel = new SocketChannel({ addon, fd, events: server, maxPayloadBytes: MAX_FRAME_BYTES });
    server.serve(channel);
    server.takeOver();
    try {
      if (this.#serving) leaveService(addon);
      becomeChild(addon, plan, fds);
      if (isLogging) logLine(`is a fork of ${process.ppid}`);
    } catch (error) {
      server.#failWith(NO_COMMAND, new CommandFailed("birth", error));
    }
    for (const handle of fds) addon.close(handle);
    channel.readNow();
  }

  /** There is time now, and none later. */
  #prepare({ plan, handles }: ReceivedOf<MessageType.Prepare>): undefined {
    this.#end?.close();
    this.#end = new WorkerEnd(this.#host.addon, handles[0] as number);
    if (plan === "function") this.#end.open();
    const { addon, unforkable, warmUp } = this.#host;
    if (addon !== undefined && unforkable === undefined && !this.#prepared)
      this.commands.whenIdle({ begin: () => warmUp.spare(addon, this.#host) });
    this.#prepared = true;
  }

  #run(message: ReceivedOf<MessageType.Run>): Promise<void> | undefined {
    this.#admitOthers();
    return start(message.plan, { addon: this.#host.addon, begin: (begun) => this.#begin(message, begun) });
  }

  /** From here on this process belongs to what it runs. @returns its end of the socket, now the caller's */
  #begin(message: Received, plan: RunPlan): WorkerEnd {
    const end = this.#takeEnd(message.handles[0] ?? this.#host.socketFd);
    this.#running = true;
    if (isLogging) logLine("runs what it was given");
    this.#serving = "service" in plan;
    process.title = plan.title;
    restoreInterrupt(this.#host.addon);
    this.#channel?.setReferenced(false);
    this.#channel?.say({ type: MessageType.Done }, message.id);
    return end;
  }

  /** @param fd what came for it with the start; undefined: it came before */
  #takeEnd(fd: number | undefined): WorkerEnd {
    const prepared = this.#end;
    this.#end = undefined;
    if (fd !== undefined) {
      prepared?.close();
      return new WorkerEnd(this.#host.addon, fd);
    }
    if (prepared === undefined) throw failed("protocol", "a run without its socket");
    return prepared;
  }

  #spawn(message: ReceivedOf<MessageType.Spawn>): void {
    const { addon } = this.#host;
    let spawned: Spawned;
    try {
      if (addon === undefined || this.#running) throw new Error("this process starts no programs");
      spawned = spawnProgram(addon, message);
    } catch (error) {
      return this.#answerFailure(message, describeFailure(new CommandFailed("unsupported", error)));
    }
    for (const fd of message.handles) addon.close(fd);
    if ("pid" in spawned) this.#children?.adopt(spawned.pid);
    answerSpawn(this.#channel as Channel, message.id, spawned);
  }

  #becomeProgram(message: ReceivedOf<MessageType.Exec>): undefined {
    const { addon } = this.#host;
    if (addon === undefined) throw failed("unsupported", "this process has no addon");
    becomeProgram(addon, (this.#channel as SocketChannel).fd, message);
  }

  #fail(message: Received, error: unknown): void {
    // A fork that did not come about leaves this process as it was.
    if (message.type === MessageType.Fork) this.#answerFailure(message, describeFailure(error));
    else this.#failWith(message, error);
  }

  /** Nothing more can be asked of this process. */
  #failWith(message: Command, error: unknown): void {
    this.#failure = describeFailure(error);
    if (isLogging) logLine("has failed");
    this.#answerFailure(message, this.#failure);
  }

  #answerFailure({ id, handles }: Command, failure: Failure): undefined {
    for (const fd of handles) this.#host.addon?.close(fd);
    this.#channel?.say({ type: MessageType.Failed, failure }, id);
  }
}
