import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { SlotState } from "../../../main/pool/slot.js";
import { type SimulatedJob, Simulation } from "./simulation.js";

const MAX = 4;
const LOAD = 2;

const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ submit: fc.integer({ min: 1, max: 6 }), priority: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.constant({ ready: true }) },
    { weight: 6, arbitrary: fc.record({ finish: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ die: fc.nat(), again: fc.boolean(), hopeless: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ retire: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ cancel: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.nat(200) }) },
    { weight: 2, arbitrary: fc.constant({ left: true }) },
    { weight: 1, arbitrary: fc.record({ max: fc.integer({ min: 1, max: MAX }) }) },
  ),
  { maxLength: 80 },
);

const limits = fc.record({
  idle: fc.nat(2),
  load: fc.integer({ min: 1, max: LOAD }),
  start: fc.constantFrom(0, 50),
  stop: fc.constantFrom(0, 100),
  maxJobs: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
});

type Command = Partial<{
  submit: number;
  priority: number;
  ready: true;
  finish: number;
  die: number;
  again: boolean;
  hopeless: boolean;
  retire: number;
  cancel: number;
  pass: number;
  left: true;
  max: number;
}>;

class Model {
  readonly pool: Simulation;
  readonly load: number;
  readonly jobs: SimulatedJob[] = [];
  readonly over = new Set<number>();
  max = MAX;

  constructor(limits: { idle: number; load: number; start: number; stop: number; maxJobs: number }) {
    this.pool = new Simulation({ ...limits, max: MAX });
    this.load = limits.load;
  }

  do(command: Command): void {
    const { pool } = this;
    if (command.submit !== undefined) this.jobs.push(...pool.submit(command.submit, command.priority));
    if (command.ready) pool.ready();
    if (command.left) pool.left();
    if (command.pass !== undefined) pool.pass(command.pass);
    if (command.finish !== undefined) this.finish(command.finish);
    if (command.die !== undefined) this.die(command);
    const slot = command.retire === undefined ? undefined : pick(pool.slots, command.retire);
    if (slot !== undefined) pool.scheduler.retire(slot, pool.now);
    const job = command.cancel === undefined ? undefined : pick(this.jobs, command.cancel);
    if (job !== undefined && pool.scheduler.cancel(job, pool.now)) this.end(job.id);
    if (command.max !== undefined) {
      this.max = command.max;
      pool.scheduler.setMax(command.max, pool.now);
    }
    for (const id of pool.refused.splice(0)) this.end(id);
  }

  finish(choice: number): void {
    const busy = [...this.pool.jobs].filter(([, jobs]) => jobs.length > 0);
    const [slot, jobs] = pick(busy, choice) ?? [];
    if (slot === undefined) return;
    this.end((jobs as SimulatedJob[])[0]?.id as number);
    this.pool.finish(slot);
  }

  die({ die = 0, again = false, hopeless = false }: Command): void {
    const slot = pick(this.pool.slots, die);
    if (slot === undefined) return;
    if (!again) for (const { id } of this.pool.jobs.get(slot) ?? []) this.end(id);
    this.pool.die(slot, { again, hopeless });
  }

  /** A job ends once. */
  end(id: number): void {
    assert.ok(!this.over.has(id), `job ${id} ended twice`);
    this.over.add(id);
  }

  check(): void {
    const { pool, load, max } = this;
    assert.ok(pool.alive <= max, `${pool.alive} workers alive, at most ${max} are allowed`);
    assert.ok(pool.slots.length <= 2 * MAX);
    const running = [...pool.jobs.values()].flat();
    assert.equal(new Set(running).size, running.length, "a job is with two workers");
    for (const slot of pool.slots) {
      assert.equal(slot.load, pool.jobs.get(slot)?.length ?? 0);
      assert.ok(slot.load <= load);
    }
    const free = pool.in(SlotState.Ready).filter((slot) => slot.load < load && slot.given < pool.maxJobs);
    if (free.length > 0) assert.equal(pool.scheduler.queue.size, 0, "a job waits although a worker is free");
    const waiting = this.jobs.length - this.over.size - running.length;
    assert.equal(pool.scheduler.queue.size, waiting, "a job was lost");
  }

  /** From now on everything goes well. */
  close(): void {
    const { pool } = this;
    pool.scheduler.close(pool.now);
    for (let turn = 0; turn < 10_000 && !pool.isClosed; turn++) {
      this.do({ ready: true });
      this.do({ finish: 0 });
      this.do({ left: true });
      this.do({ pass: 100 });
    }
    assert.equal(pool.isClosed, true);
    assert.equal(this.over.size, this.jobs.length);
  }
}

function pick<T>(list: readonly T[], choice: number): T | undefined {
  return list[choice % Math.max(1, list.length)];
}

test("whatever happens, no job is lost or done twice, limits hold, nobody is idle while a job waits, and closing ends", () => {
  fc.assert(
    fc.property(limits, commands, (chosen, list) => {
      const model = new Model(chosen);
      for (const command of list as Command[]) {
        model.do(command);
        model.check();
      }
      model.close();
    }),
    { numRuns: 2000 },
  );
});
