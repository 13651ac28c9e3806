/** What a call costs once the worker is there: one at a time, many at once, and with a megabyte. */
import type { BenchCase, Measured, SampleContext, Variant } from "../bench-case.js";
import {
  type Caller,
  ipcCaller,
  ourCaller,
  piscinaCaller,
  threadCaller,
  tinypoolCaller,
  workerpoolCaller,
} from "../support/callers.js";

const WARM_UPS = 1000;
const ROUND_TRIPS = 3000;
const PIPELINED = 30_000;
const IN_FLIGHT = 64;
const MEGABYTE = 1024 * 1024;
const MEGABYTES = 90;
const MEGABYTE_WARM_UPS = 10;

/** What a JSON channel makes of a Buffer takes a hundred times as long. */
interface Amounts {
  megabytes: number;
}

function variant(makeCaller: () => Promise<Caller>, { megabytes }: Amounts = { megabytes: MEGABYTES }): Variant {
  return {
    sample: async (context: SampleContext): Promise<Measured> => {
      const call = await makeCaller();
      await inFlight(call, WARM_UPS, 8);
      return {
        one: await roundTrip(call, context.times(ROUND_TRIPS)),
        pipelined: await inFlight(call, context.times(PIPELINED), IN_FLIGHT),
        megabyte: await throughput(call, context.times(megabytes)),
      };
    },
  };
}

/** @returns microseconds, each */
async function roundTrip(call: Caller, count: number): Promise<number> {
  const begin = performance.now();
  for (let i = 0; i < count; i++) await call("add", { a: i, b: 1 });
  return ((performance.now() - begin) * 1000) / count;
}

/** @returns calls per second */
async function inFlight(call: Caller, count: number, lanes: number): Promise<number> {
  let begun = 0;
  const lane = async () => {
    while (begun < count) {
      const a = begun++;
      const sum = await call("add", { a, b: 1 });
      if (sum !== a + 1) throw new Error(`${a} + 1 is not ${sum}`);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return (count * 1000) / (performance.now() - begin);
}

/** @returns megabytes (2^20) per second, there and back counted both */
async function throughput(call: Caller, count: number): Promise<number> {
  const octets = Buffer.alloc(MEGABYTE, "x");
  for (let i = 0; i < Math.min(count, MEGABYTE_WARM_UPS); i++) await call("echo", octets);
  const begin = performance.now();
  for (let i = 0; i < count; i++) await call("echo", octets);
  return (count * 2 * 1000) / (performance.now() - begin);
}

export const callsCase: BenchCase = {
  name: "calls",
  title: "Calls of a function in one worker",
  unit: "µs",
  better: "lower",
  variants: {
    "desktop-fork": variant(ourCaller),
    "child_process IPC, json": variant(() => ipcCaller("json"), { megabytes: 3 }),
    "child_process IPC, advanced": variant(() => ipcCaller("advanced")),
    worker_threads: variant(threadCaller),
    piscina: variant(piscinaCaller),
    "tinypool, threads": variant(() => tinypoolCaller("worker_threads")),
    "tinypool, processes": variant(() => tinypoolCaller("child_process"), { megabytes: 3 }),
    "workerpool, thread": variant(() => workerpoolCaller("thread")),
    "workerpool, process": variant(() => workerpoolCaller("process"), { megabytes: 3 }),
  },
  metrics: {
    one: {
      title: "one at a time: round trip",
      goals: [{ rival: "child_process IPC, advanced", floor: 1, want: 1.2 }],
    },
    pipelined: {
      title: `${IN_FLIGHT} in flight`,
      unit: "calls/s",
      better: "higher",
      goals: [{ rival: "child_process IPC, advanced", floor: 1.5, want: 2.5 }],
    },
    megabyte: {
      title: "a Buffer of 1 MB in and out",
      unit: "MB/s",
      better: "higher",
      goals: [{ rival: "child_process IPC, advanced", floor: 1, want: 1.2 }],
    },
  },
  tags: ["rpc", "calls"],
  note:
    "add({ a, b }) in a worker that is there already and has been called a thousand times. For child_process and " +
    "worker_threads: the least code that matches answers to calls. The pools have one worker; workerpool gives it one " +
    "task at a time. Where a library's messages are JSON, so is the Buffer.",
};
