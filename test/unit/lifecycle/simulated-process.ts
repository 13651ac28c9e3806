/** A process without a process: what the effects of the table do, as sets and counts. */
import {
  Effect,
  Event,
  isListening,
  isOver,
  Kernel,
  Line,
  next,
  START,
  type State,
} from "../../../main/lifecycle/states.js";

/** By whom a request is failed: forks and programs under way outlive a close, programs a failure, too. */
export type RequestKind = "command" | "fork" | "program";

const KEPT: ReadonlyMap<Event, readonly RequestKind[]> = new Map([
  [Event.Close, ["fork", "program"]],
  [Event.Kill, ["fork", "program"]],
  [Event.Fail, ["program"]],
]);

type Owned = "none" | "open" | "closed";

export class SimulatedProcess {
  state: State = START;
  channel: Owned = "none";
  handle: Owned = "none";
  /** The worker's socket that may have been made ahead of need. */
  socket: "kept" | "closed" = "kept";
  exits = 0;
  overs = 0;
  enlisted = 0;
  /** Somebody waits for the pid. */
  isAwaited = true;
  obeysSignals = true;
  streams = 0;
  /** A timer runs, for the hello or for the exit. */
  timer = false;
  requests: RequestKind[] = [];
  children = 0;
  readonly faults: string[] = [];

  feed(event: Event): void {
    const kept = KEPT.get(event) ?? [];
    const isNeeded = this.children > 0 || this.requests.some((kind) => kept.includes(kind));
    const { to, effects } = next(this.state, event, isNeeded);
    const before = this.state;
    this.state = to;
    if (event === Event.Connect && before.line === Line.Waiting) this.channel = "open";
    if ((event === Event.Execute || event === Event.Start) && before.kernel !== to.kernel) this.handle = "open";
    for (const effect of effects) this.#carryOut(effect);
  }

  ask(kind: RequestKind): void {
    if (!isOver(this.state) && this.channel === "open") this.requests.push(kind);
  }

  #carryOut(effect: Effect): void {
    switch (effect) {
      case Effect.Listen:
        this.#demand(this.channel === "open", "listens to a channel that is not open");
        this.timer = true;
        break;
      case Effect.Enlist:
        this.enlisted++;
        break;
      case Effect.Strike:
        this.enlisted = 0;
        break;
      case Effect.WatchExit:
      case Effect.WatchOrphan:
        this.#demand(this.handle === "open", "watches a process without a handle");
        break;
      case Effect.TellStarted:
        this.isAwaited = false;
        break;
      case Effect.CloseSocket:
        this.socket = "closed";
        break;
      case Effect.FailRequests:
      case Effect.DropRequests:
        this.requests = [];
        break;
      case Effect.FailCommands:
        this.requests = this.requests.filter((kind) => kind !== "command");
        break;
      case Effect.FailAllButSpawns:
        this.requests = this.requests.filter((kind) => kind === "program");
        break;
      case Effect.SendDrain:
        this.#demand(this.channel === "open", "sends over a channel that is not open");
        break;
      case Effect.CloseChannel:
        this.#demand(this.channel === "open", `closes a channel that is ${this.channel}`);
        this.channel = "closed";
        this.timer = false;
        break;
      case Effect.AwaitExit:
        this.timer = true;
        break;
      case Effect.StopTimer:
        this.timer = false;
        break;
      case Effect.SettleExit:
        this.exits++;
        break;
      case Effect.CloseHandle:
        this.#demand(this.handle === "open", `closes a handle that is ${this.handle}`);
        this.handle = "closed";
        break;
      case Effect.Disobey:
        this.obeysSignals = false;
        break;
      case Effect.FinishStreams:
      case Effect.AbandonStreams:
        this.streams++;
        break;
      case Effect.Over:
        this.overs++;
        break;
    }
  }

  /** The rest of the world ends: the process exits if it ever was, and its channel with it. */
  end(): void {
    if (this.state.kernel === Kernel.None) this.feed(Event.Close);
    if (this.state.kernel === Kernel.Asked || this.state.kernel === Kernel.Unwanted) this.feed(Event.StartFail);
    if (isListening(this.state) || this.state.line === Line.Given) this.feed(Event.ChannelEnd);
    if (this.state.kernel !== Kernel.Ended) this.feed(Event.Exit);
    this.children = 0;
  }

  #demand(holds: boolean, what: string): void {
    if (!holds) this.faults.push(what);
  }
}
