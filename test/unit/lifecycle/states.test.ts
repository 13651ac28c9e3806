import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  Effect,
  Event,
  isListening,
  isOver,
  Kernel,
  Line,
  next,
  START,
  stateOf,
} from "../../../main/lifecycle/states.js";
import { type RequestKind, SimulatedProcess } from "./simulated-process.js";

const EVENTS = Object.values(Event).filter((value): value is Event => typeof value === "number");
const LINES = Object.values(Line).filter((value): value is Line => typeof value === "number");
const KERNELS = Object.values(Kernel).filter((value): value is Kernel => typeof value === "number");
const STATES = LINES.flatMap((line) => KERNELS.map((kernel) => stateOf(line, kernel)));
const RUNS = 1000;
/** Of these the channel is closed for good. */
const SILENT = [Line.Ending, Line.Leaving, Line.Closed, Line.Foreign];

const KINDS: RequestKind[] = ["command", "fork", "program"];
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ event: fc.constantFrom(...EVENTS) }) },
    { weight: 2, arbitrary: fc.record({ ask: fc.constantFrom(...KINDS) }) },
    { weight: 1, arbitrary: fc.record({ children: fc.nat(2) }) },
  ),
  { maxLength: 40 },
);

type Step = Partial<{ event: Event; ask: RequestKind; children: number }>;

/** How lives begin: an event that comes too early ends most of them before they were anything. */
const beginnings = fc.constantFrom<Event[]>(
  [],
  [Event.Connect],
  [Event.Connect, Event.Start],
  [Event.Connect, Event.Execute, Event.Hello],
  [Event.Connect, Event.Start, Event.Use, Event.Enter],
  [Event.Connect, Event.Start, Event.SourceGone],
);

/** Any order of events, also of those that the world would not bring about. */
function live(beginning: readonly Event[], all: readonly Step[]): SimulatedProcess {
  const process = new SimulatedProcess();
  for (const event of beginning) process.feed(event);
  for (const { event, ask, children } of all) {
    if (event !== undefined) process.feed(event);
    if (ask !== undefined) process.ask(ask);
    if (children !== undefined && !isOver(process.state)) process.children = children;
  }
  return process;
}

suite("a process's life", () => {
  test("no promise is left open when a process is over, whatever came before in whatever order", () => {
    fc.assert(
      fc.property(beginnings, steps, (beginning, all) => {
        const process = live(beginning, all);
        process.end();
        assert.ok(isOver(process.state), `${Line[process.state.line]}, ${Kernel[process.state.kernel]}`);
        assert.deepEqual(process.requests, [], "requests");
        assert.ok(process.exits <= 1, "exited settles once");
        // In a fork of the program nobody is told of anything.
        if (process.state.line !== Line.Foreign) assert.deepEqual([process.exits, process.isAwaited], [1, false]);
        assert.equal(process.overs, 1, "over");
      }),
      { numRuns: RUNS },
    );
  });

  test("each descriptor has one owner in every state, and is closed once", () => {
    fc.assert(
      fc.property(beginnings, steps, (beginning, all) => {
        const process = live(beginning, all);
        const { line, kernel } = process.state;
        const isOpen = isListening(process.state) || line === Line.Given;
        assert.equal(process.channel === "open", isOpen, `the channel in ${Line[line]}`);
        const isKnown = kernel >= Kernel.Silent && kernel !== Kernel.Ended;
        assert.equal(process.handle === "open", isKnown, `the handle in ${Kernel[kernel]}`);
        process.end();
        assert.notEqual(process.channel, "open");
        assert.notEqual(process.handle, "open");
        assert.deepEqual(process.faults, []);
      }),
      { numRuns: RUNS },
    );
  });

  test("a process that is over holds no timer, no signal, no place in the registry, and has let its streams go", () => {
    fc.assert(
      fc.property(beginnings, steps, (beginning, all) => {
        const process = live(beginning, all);
        process.end();
        const { timer, obeysSignals, enlisted, streams } = process;
        assert.deepEqual({ timer, obeysSignals, enlisted }, { timer: false, obeysSignals: false, enlisted: 0 });
        assert.ok(streams > 0);
      }),
      { numRuns: RUNS },
    );
  });

  test("nothing follows the end but that a fork of the program disowns it", () => {
    for (const state of STATES.filter(isOver))
      for (const event of EVENTS)
        for (const isNeeded of [false, true]) {
          const { to, effects } = next(state, event, isNeeded);
          assert.deepEqual(effects, [], `${Line[state.line]}: ${Event[event]}`);
          assert.ok(isOver(to));
        }
  });

  test("nothing is sent or closed where the channel is closed already", () => {
    for (const line of SILENT)
      for (const kernel of KERNELS)
        for (const event of EVENTS)
          for (const isNeeded of [false, true]) {
            const { effects } = next(stateOf(line, kernel), event, isNeeded);
            for (const effect of [Effect.Listen, Effect.SendDrain, Effect.CloseChannel])
              assert.ok(!effects.includes(effect), `${Line[line]}: ${Event[event]} ${Effect[effect]}`);
          }
  });

  test("a process that was told to drain ends its channel as soon as nobody needs it", () => {
    for (const event of [Event.Close, Event.Kill, Event.Fail]) {
      const idle = stateOf(Line.Idle, Kernel.Alive);
      assert.equal(next(idle, event, false).to.line, Line.Closed);
      assert.equal(next(idle, event, true).to.line, Line.Draining);
      assert.ok(next(idle, event, true).effects.includes(Effect.SendDrain));
    }
  });

  test("a start takes the shortest way: waiting, idle, entering, running", () => {
    const lines = [START];
    for (const event of [Event.Connect, Event.Start, Event.Use, Event.Enter])
      lines.push(next(lines.at(-1) ?? START, event, false).to);
    assert.deepEqual(
      lines.map(({ line, kernel }) => `${Line[line]} ${Kernel[kernel]}`),
      ["Waiting None", "Idle Asked", "Idle Alive", "Entering Alive", "Running Alive"],
    );
  });

  test("the table gives the same transition object for the same arguments", () => {
    assert.equal(next(START, Event.Connect, false), next(START, Event.Connect, false));
  });
});
