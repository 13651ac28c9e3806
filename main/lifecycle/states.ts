/**
 * A process's life as a table, without processes, promises, timers or descriptors. Two things are told independently and in
 * any order, so a state has two parts: the line (what can be asked of the process, and what its channel said last) and the
 * kernel's part (whether the process exists). For each state and event the table has the next state and the effects.
 */

/** What this program and the process have to do with each other. */
export enum Line {
  /** There is no process yet: how its source forks is not known. */
  Waiting,
  /** The channel is open, and takes commands. */
  Idle,
  /** The last command was sent: a function to enter, or a program to become. */
  Entering,
  /** The function runs. */
  Running,
  /** Nothing more is asked. The process was told to end with its last child, and still tells how those end. */
  Draining,
  /** The channel has ended while the process was idle: how the process ended is awaited. */
  Ending,
  /** The same for a process that was given its last command, or was draining: only requests wait for the news. */
  Leaving,
  /** Another program's. The channel leads there. */
  Given,
  /** The channel is closed. */
  Closed,
  /** In a fork of this program: the process is the other's. */
  Foreign,
}

/** What is known of the process itself. */
export enum Kernel {
  None,
  /** A fork was asked for, or a runtime executed; there is no pid yet. */
  Asked,
  /** The same, and to be killed as soon as the pid is known. */
  Unwanted,
  /** Executed, and may be anything until its hello: a program that never notices the end of a channel. */
  Silent,
  Alive,
  /** Who would report the end is gone. The kernel tells the end, without a status. */
  Orphaned,
  /** Ended as an orphan; what the process said last may be unread. */
  Gone,
  Ended,
}

export enum Event {
  /** The channel is open: a fork was asked for, a runtime executed, or a process taken over. */
  Connect,
  /** The pid of a fresh runtime is known. */
  Execute,
  /** The pid of a fork, or of a process taken over, is known. */
  Start,
  /** There never was a process. */
  StartFail,
  /** A fresh runtime is what it should be. */
  Hello,
  /** The last command is sent. */
  Use,
  /** The last command was answered. */
  Enter,
  /** The process is another program's from now on. */
  Give,
  /** The process has reported the failure of a command. */
  Fail,
  /** The channel broke, the news of the end are late, or a start took too long. */
  Lose,
  /** The channel ended in order. */
  ChannelEnd,
  Close,
  /** Closed at once, by force. */
  Kill,
  SourceGone,
  /** The kernel says that an orphan has ended. */
  OrphanEnd,
  /** The process has ended, and its status is known. */
  Exit,
  /** This program is a fork of the one whose process it is. */
  Disown,
}

export enum Effect {
  /** The channel keeps the program alive while something is awaited. */
  Listen,
  Enlist,
  Strike,
  WatchExit,
  WatchOrphan,
  /** Those who wait for the pid are told that it is known, or never will be. */
  TellStarted,
  Kill,
  /** A process that runs no function is killed if it does not end in time. */
  ExpectEnd,
  ForgetLog,
  /** The end of a worker's socket that was made ahead of need. */
  CloseSocket,
  FailRequests,
  /** Of a process that is closed: forks and programs under way still start. */
  FailCommands,
  /** Of a process that has failed: programs under way still start. */
  FailAllButSpawns,
  /** Requests that ask for the end of the channel have succeeded. */
  CompleteEnding,
  SendDrain,
  /** Nothing is sent or heard any more; the exit keeps the program alive, where that is awaited. */
  CloseChannel,
  /** The status of a process whose channel has ended is waited for, but not long. */
  AwaitExit,
  /** Of the hello, or of the exit. */
  StopTimer,
  TellFailed,
  SettleExit,
  CloseHandle,
  /** Aborting no longer ends the process. */
  Disobey,
  /** What the program writes to the process is for nobody, and what nobody reads is thrown away. */
  FinishStreams,
  /** There never was a process to use the standard streams. */
  AbandonStreams,
  DropRequests,
  /** The process has ended, and all that it said was read: nobody reports the ends of its children any more. */
  Over,
}

export interface State {
  readonly line: Line;
  readonly kernel: Kernel;
}

export interface Transition {
  readonly to: State;
  readonly effects: readonly Effect[];
}

type Table<S extends number> = Record<S, { readonly [E in Event]?: readonly [to: S, ...effects: Effect[]] }>;

const FORGET = [Effect.ForgetLog, Effect.CloseSocket] as const;
const LOST = [Effect.FailRequests, Effect.CloseChannel, Effect.TellStarted] as const;
/** The same when the channel has ended already. */
const LATE = [Effect.FailRequests, Effect.StopTimer, Effect.TellStarted] as const;
const CLOSE = [Effect.FailCommands, Effect.TellStarted] as const;
const DISOWN = [...FORGET, Effect.DropRequests, Effect.StopTimer] as const;
const NOBODY = [...FORGET, Effect.AbandonStreams, Effect.TellStarted] as const;

const LINE: Table<Line> = {
  [Line.Waiting]: {
    [Event.Connect]: [Line.Idle, Effect.Listen],
    [Event.StartFail]: [Line.Closed, ...NOBODY, Effect.TellFailed],
    [Event.Close]: [Line.Closed, ...NOBODY],
    [Event.Kill]: [Line.Closed, ...NOBODY],
    [Event.Disown]: [Line.Foreign, ...FORGET],
  },
  [Line.Idle]: {
    [Event.Hello]: [Line.Idle, Effect.StopTimer],
    [Event.Use]: [Line.Entering, Effect.ForgetLog],
    [Event.Give]: [Line.Given, ...FORGET, Effect.Disobey, Effect.Strike],
    [Event.Fail]: [Line.Draining, ...FORGET, Effect.FailAllButSpawns, Effect.TellStarted, Effect.TellFailed],
    [Event.Close]: [Line.Draining, ...FORGET, ...CLOSE, Effect.ExpectEnd],
    [Event.Kill]: [Line.Draining, ...FORGET, ...CLOSE],
    [Event.StartFail]: [Line.Closed, ...FORGET, ...LOST, Effect.TellFailed],
    [Event.Lose]: [Line.Closed, ...FORGET, ...LOST, Effect.TellFailed],
    [Event.ChannelEnd]: [Line.Ending, Effect.CompleteEnding, Effect.CloseChannel, Effect.AwaitExit],
    [Event.Disown]: [Line.Foreign, ...DISOWN, Effect.CloseChannel],
  },
  [Line.Entering]: {
    [Event.Hello]: [Line.Entering, Effect.StopTimer],
    [Event.Enter]: [Line.Running],
    [Event.Fail]: [Line.Draining, Effect.CloseSocket, Effect.FailAllButSpawns, Effect.TellStarted],
    [Event.Close]: [Line.Draining, Effect.CloseSocket, ...CLOSE],
    [Event.Kill]: [Line.Draining, Effect.CloseSocket, ...CLOSE],
    [Event.StartFail]: [Line.Closed, Effect.CloseSocket, ...LOST],
    [Event.Lose]: [Line.Closed, Effect.CloseSocket, ...LOST],
    [Event.ChannelEnd]: [Line.Leaving, Effect.CompleteEnding, Effect.CloseChannel, Effect.AwaitExit],
    [Event.Disown]: [Line.Foreign, ...DISOWN, Effect.CloseChannel],
  },
  [Line.Running]: {
    [Event.Hello]: [Line.Running, Effect.StopTimer],
    [Event.Fail]: [Line.Draining, Effect.FailAllButSpawns],
    [Event.Close]: [Line.Draining, ...CLOSE],
    [Event.Kill]: [Line.Draining, ...CLOSE],
    [Event.Lose]: [Line.Closed, ...LOST],
    [Event.ChannelEnd]: [Line.Leaving, Effect.CloseChannel, Effect.AwaitExit],
    [Event.Disown]: [Line.Foreign, ...DISOWN, Effect.CloseChannel],
  },
  [Line.Draining]: {
    [Event.Hello]: [Line.Draining, Effect.StopTimer],
    [Event.Fail]: [Line.Draining, Effect.FailAllButSpawns],
    [Event.Close]: [Line.Draining, ...CLOSE, Effect.ExpectEnd],
    [Event.Kill]: [Line.Draining, ...CLOSE],
    [Event.StartFail]: [Line.Closed, ...LOST],
    [Event.Lose]: [Line.Closed, ...LOST],
    [Event.ChannelEnd]: [Line.Leaving, Effect.CloseChannel, Effect.AwaitExit],
    [Event.Disown]: [Line.Foreign, ...DISOWN, Effect.CloseChannel],
  },
  [Line.Ending]: {
    [Event.Use]: [Line.Leaving, Effect.ForgetLog],
    [Event.Close]: [Line.Leaving, ...FORGET, ...CLOSE],
    [Event.Kill]: [Line.Leaving, ...FORGET, ...CLOSE],
    [Event.StartFail]: [Line.Closed, ...FORGET, ...LATE, Effect.TellFailed],
    [Event.Lose]: [Line.Closed, ...FORGET, ...LATE, Effect.TellFailed],
    [Event.Disown]: [Line.Foreign, ...DISOWN],
  },
  [Line.Leaving]: {
    [Event.Close]: [Line.Leaving, Effect.CloseSocket, ...CLOSE],
    [Event.Kill]: [Line.Leaving, Effect.CloseSocket, ...CLOSE],
    [Event.StartFail]: [Line.Closed, Effect.CloseSocket, ...LATE],
    [Event.Lose]: [Line.Closed, Effect.CloseSocket, ...LATE],
    [Event.Disown]: [Line.Foreign, ...DISOWN],
  },
  [Line.Given]: {
    [Event.Lose]: [Line.Closed, ...LOST],
    [Event.ChannelEnd]: [Line.Closed, ...LOST],
    [Event.Disown]: [Line.Foreign, ...DISOWN, Effect.CloseChannel],
  },
  [Line.Closed]: { [Event.Disown]: [Line.Foreign] },
  [Line.Foreign]: {},
};

const STARTED = [Effect.Enlist, Effect.WatchExit, Effect.TellStarted] as const;
const ENDED = [Effect.SettleExit, Effect.Strike, Effect.CloseHandle, Effect.Disobey, Effect.FinishStreams] as const;
const NEVER = [Effect.SettleExit, Effect.Disobey] as const;
const DISOWNED = [Effect.Strike, Effect.CloseHandle, Effect.Disobey, Effect.AbandonStreams] as const;

const KERNEL: Table<Kernel> = {
  [Kernel.None]: {
    [Event.Connect]: [Kernel.Asked],
    [Event.StartFail]: [Kernel.Ended, ...NEVER],
    [Event.Close]: [Kernel.Ended, ...NEVER],
    [Event.Kill]: [Kernel.Ended, ...NEVER],
    [Event.Disown]: [Kernel.Ended, Effect.Disobey, Effect.AbandonStreams],
  },
  [Kernel.Asked]: {
    [Event.Execute]: [Kernel.Silent, ...STARTED],
    [Event.Start]: [Kernel.Alive, ...STARTED],
    [Event.StartFail]: [Kernel.Ended, ...NEVER, Effect.FinishStreams],
    [Event.Kill]: [Kernel.Unwanted],
    [Event.Disown]: [Kernel.Ended, Effect.Disobey, Effect.AbandonStreams],
  },
  [Kernel.Unwanted]: {
    [Event.Execute]: [Kernel.Silent, ...STARTED, Effect.Kill],
    [Event.Start]: [Kernel.Alive, ...STARTED, Effect.Kill],
    [Event.StartFail]: [Kernel.Ended, ...NEVER, Effect.FinishStreams],
    [Event.Disown]: [Kernel.Ended, Effect.Disobey, Effect.AbandonStreams],
  },
  [Kernel.Silent]: {
    [Event.Hello]: [Kernel.Alive],
    [Event.Fail]: [Kernel.Silent, Effect.Kill],
    [Event.Lose]: [Kernel.Silent, Effect.Kill],
    [Event.Close]: [Kernel.Silent, Effect.Kill],
    [Event.Kill]: [Kernel.Silent, Effect.Kill],
    [Event.Exit]: [Kernel.Ended, ...ENDED],
    [Event.Disown]: [Kernel.Ended, ...DISOWNED],
  },
  [Kernel.Alive]: {
    [Event.Kill]: [Kernel.Alive, Effect.Kill],
    [Event.SourceGone]: [Kernel.Orphaned, Effect.WatchOrphan],
    [Event.Exit]: [Kernel.Ended, ...ENDED],
    [Event.Disown]: [Kernel.Ended, ...DISOWNED],
  },
  [Kernel.Orphaned]: {
    [Event.Kill]: [Kernel.Orphaned, Effect.Kill],
    [Event.OrphanEnd]: [Kernel.Gone],
    [Event.Exit]: [Kernel.Ended, ...ENDED],
    [Event.Disown]: [Kernel.Ended, ...DISOWNED],
  },
  [Kernel.Gone]: {
    [Event.Exit]: [Kernel.Ended, ...ENDED],
    [Event.Disown]: [Kernel.Ended, ...DISOWNED],
  },
  [Kernel.Ended]: {},
};

const LINES = Object.keys(LINE).length;
const KERNELS = Object.keys(KERNEL).length;
const EVENTS = Event.Disown + 1;

/** Every state exists once. */
const STATES = Array.from({ length: LINES * KERNELS }, (_, index): State => {
  return Object.freeze({ line: Math.floor(index / KERNELS), kernel: index % KERNELS });
});

export const START = stateOf(Line.Waiting, Kernel.None);

export function stateOf(line: Line, kernel: Kernel): State {
  return STATES[line * KERNELS + kernel] as State;
}

/** Commands are taken and the channel is open, or will be. */
export function takesCommands({ line }: State): boolean {
  return line === Line.Waiting || line === Line.Idle;
}

/** What the process says can still be read. */
export function isListening({ line }: State): boolean {
  return line >= Line.Idle && line <= Line.Draining;
}

/** Nothing follows but what other processes do. */
export function isOver({ line, kernel }: State): boolean {
  return (line === Line.Closed || line === Line.Foreign) && kernel === Kernel.Ended;
}

/** For people: one word for both parts. */
export function nameOf({ line, kernel }: State): string {
  if (kernel === Kernel.Ended) return "ended";
  const isStarting = kernel < Kernel.Alive && (line === Line.Waiting || line === Line.Idle);
  return isStarting ? "starting" : (Line[line] as string).toLowerCase();
}

/** For the debug log: `Idle Silent, on Hello: Idle Alive`. */
export function describeChange(from: State, event: Event, to: State): string {
  const [before, after] = [from, to].map(({ line, kernel }) => `${Line[line]} ${Kernel[kernel]}`);
  return `${before}, on ${Event[event]}: ${after}`;
}

/** Made when they are first needed: most processes go the same way. */
const TRANSITIONS: Transition[] = [];

/**
 * @param isNeeded whether children, or requests that outlive the event, still need the process
 * @returns the same object for the same arguments
 */
export function next(state: State, event: Event, isNeeded: boolean): Transition {
  const index = ((state.line * KERNELS + state.kernel) * EVENTS + event) * 2 + (isNeeded ? 1 : 0);
  TRANSITIONS[index] ??= join(state, event, isNeeded);
  return TRANSITIONS[index] as Transition;
}

function join(state: State, event: Event, isNeeded: boolean): Transition {
  let [kernel, ...effects] = KERNEL[state.kernel][event] ?? [state.kernel];
  let [line, ...lineEffects] = LINE[state.line][event] ?? [state.line];
  effects.push(...lineEffects);
  if (line === Line.Draining && !isNeeded && lineEffects.length > 0 && event !== Event.Hello) {
    line = Line.Closed;
    effects.push(Effect.CloseChannel);
  } else if (line === Line.Draining && state.line !== Line.Draining) effects.push(Effect.SendDrain);
  // What the process said last may be unread, unless nobody reads it any more.
  if (kernel === Kernel.Gone && (line < Line.Idle || line >= Line.Draining)) {
    kernel = Kernel.Ended;
    effects.push(...ENDED);
  }
  if (kernel === Kernel.Ended && (line === Line.Ending || line === Line.Leaving)) {
    const [to, ...lost] = LINE[line][Event.Lose] ?? [line];
    line = to;
    effects.push(...lost);
  }
  const to = stateOf(line, kernel);
  if (isOver(to) && !isOver(state)) effects.push(Effect.Over);
  return { to, effects };
}
