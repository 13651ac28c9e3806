/**
 * How long a start holds up the parent's event loop.
 *
 * `call` is the time inside the call itself, during which nothing else of the program can run. `busy` is all the time that
 * the event loop did not wait between the call and the worker's end (`performance.eventLoopUtilization().active`): the call,
 * and every callback that belongs to the start, its answers and its end. Nothing else happens in the parent meanwhile.
 * The parent holds Buffers of the given size, each page of them written to once.
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchCase, Depth, Measured, SampleContext, Variant } from "../bench-case.js";
import { holdBallast, tooLargeFor } from "../support/ballast.js";
import { withTemplate } from "../support/ours.js";
import { programPath, programUrl } from "../support/programs.js";

const OURS = 30;
const RIVALS = 6;
const WARM_UPS = 2;
/** Long enough for the event loop to come to rest. */
const PAUSE_MS = 5;

/** @param start resolves when the worker has ended */
async function holdUps(count: number, bytes: number, start: () => Promise<unknown>): Promise<Measured> {
  holdBallast(bytes);
  const times = { call: [] as number[], busy: [] as number[] };
  for (let i = -WARM_UPS; i < count; i++) {
    await sleep(PAUSE_MS);
    const before = performance.eventLoopUtilization();
    const begin = performance.now();
    const ended = start();
    const call = performance.now() - begin;
    await ended;
    const { active } = performance.eventLoopUtilization(before);
    if (i < 0) continue;
    times.call.push(call);
    times.busy.push(active);
  }
  return times;
}

function holdUpCase(bytes: number): BenchCase["variants"] {
  const skip = () => tooLargeFor(bytes);
  const rival = (start: () => Promise<unknown>): Variant => ({
    skip,
    sample: (context: SampleContext) => holdUps(context.times(RIVALS), bytes, start),
  });
  return {
    "desktop-fork": {
      skip,
      sample: (context) =>
        withTemplate({}, (template) => {
          const url = programUrl("ours.cjs");
          return holdUps(context.times(OURS), bytes, async () => {
            const worker = await template.fork().run(url);
            worker.socket.resume();
            return worker.exited;
          });
        }),
    },
    "child_process.fork": rival(() => once(fork(programPath("fork.cjs"), { silent: true }), "exit")),
    "child_process.spawn /bin/true": rival(() => once(spawn("/bin/true", { stdio: "ignore" }), "exit")),
  };
}

function caseFor(name: string, size: string, bytes: number, depths: readonly Depth[]): BenchCase {
  return {
    name: `hold-up-${name}`,
    title: `Hold-up of the parent's event loop per start, parent of ${size}`,
    unit: "ms",
    better: "lower",
    variants: holdUpCase(bytes),
    metrics: {
      call: { title: "inside the call", goals: [{ floor: 0.1, want: 0.05 }] },
      busy: { title: "busy until the end of the worker" },
    },
    tags: ["hold-up"],
    depths,
    rounds: bytes >= 2 ** 31 ? { normal: 3, full: 5 } : {},
    note:
      "Inside the call: create() and run(), or the function of child_process. Busy: all that the event loop did from the call to the " +
      "end of the worker. The parent holds Buffers of that size, written to.",
  };
}

const GB = 2 ** 30;

export const holdUp42MbCase = caseFor("42mb", "42 MB", 0, ["quick", "normal", "full"]);
export const holdUp1GbCase = caseFor("1gb", "1 GB", GB, ["quick", "normal", "full"]);
export const holdUp2GbCase = caseFor("2gb", "2 GB", 2 * GB, ["full"]);
export const holdUp4GbCase = caseFor("4gb", "4 GB", 4 * GB, ["normal", "full"]);
