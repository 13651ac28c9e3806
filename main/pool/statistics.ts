/** Counts what a pool does. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

export class Statistics {
  completed = 0;
  failed = 0;
  retried = 0;
  started = 0;
  died = 0;
  readonly waitTimes = createHistogram();
  readonly runTimes = createHistogram();

  waited(ms: number): void {
    record(this.waitTimes, ms);
  }

  ran(ms: number): void {
    record(this.runTimes, ms);
  }
}

/** A histogram takes integers from 1. */
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)));
}
