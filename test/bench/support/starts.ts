/** Calls to the first byte, and processes per second, of anything that can be started. */

import { setTimeout as sleep } from "node:timers/promises";

/** One start that has been asked for. */
export interface Start {
  /** The first byte written by the worker's JavaScript is here. */
  first: Promise<unknown>;
  /** Ends it unless it ends by itself, and resolves when it has. */
  end(): Promise<unknown>;
}

const WARM_UPS = 2;

/** @returns milliseconds from each call to its first byte, one after the other, with a pause before each */
export async function timesToFirstByte(count: number, start: () => Start, pauseMs: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = -WARM_UPS; i < count; i++) {
    await sleep(pauseMs);
    const begin = performance.now();
    const { first, end } = start();
    await first;
    const time = performance.now() - begin;
    await end();
    if (i >= 0) times.push(time);
  }
  return times;
}

/** @returns processes per second: started, heard of, and ended */
export async function processesPerSecond(count: number, inFlight: number, start: () => Start): Promise<number> {
  let started = 0;
  const lane = async () => {
    while (started++ < count) {
      const { first, end } = start();
      await first;
      await end();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, () => start()).map(({ first, end }) => first.then(end)));
  const begin = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (count * 1000) / (performance.now() - begin);
}
