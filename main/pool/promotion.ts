/** Makes a fork of a worker that has worked the template of those to come. */
import { ForkError } from "../base/errors.js";
import type { PoolWorker } from "./pool-worker.js";
import type { Scheduler } from "./scheduler.js";
import { type Slot, SlotState } from "./slot.js";
import type { WorkerSource } from "./worker-source.js";

export interface PromotionOptions {
  scheduler: Pick<Scheduler<never>, "wake">;
  workers: ReadonlyMap<Slot, PoolWorker>;
  source: WorkerSource;
}

export class Promotion {
  readonly #options: PromotionOptions;
  #underWay: Promise<number> | undefined;
  #look: () => void = () => {};

  constructor(options: PromotionOptions) {
    this.#options = options;
  }

  /** One at a time. */
  run(): Promise<number> {
    this.#underWay ??= this.#promote().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** A worker has done a job, or is lost. */
  changed(): void {
    this.#look();
  }

  async #promote(): Promise<number> {
    const { scheduler, source } = this.#options;
    const worker = this.#veteran();
    if (worker === undefined) throw new ForkError("ERR_FORK_REFUSED", "there is no worker that has done a job");
    const { slot } = worker;
    slot.isReserved = true;
    try {
      while (slot.state === SlotState.Ready && slot.load > 0)
        await new Promise<void>((resolve) => {
          this.#look = resolve;
        });
      if (slot.state !== SlotState.Ready)
        throw new ForkError("ERR_FORK_DIED", `worker ${worker.pid} ended before it could be promoted`, {
          pid: worker.pid,
        });
      return await source.promote(worker.process);
    } finally {
      slot.isReserved = false;
      scheduler.wake(performance.now());
    }
  }

  /** The one that has done most jobs. */
  #veteran(): PoolWorker | undefined {
    let best: PoolWorker | undefined;
    for (const [slot, worker] of this.#options.workers) {
      if (slot.state !== SlotState.Ready || slot.given === slot.load) continue;
      if (best === undefined || slot.given > best.slot.given) best = worker;
    }
    return best;
  }
}
