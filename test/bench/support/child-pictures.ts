/** The thumbnail job's workers as children of `child_process.fork`: one picture at a time each, started when needed. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { PicturePool, PictureReply, PictureRequest, WorkerSource } from "desktop-fork-thumbnails";
import { programUrl } from "./programs.js";

export const childProcesses: WorkerSource = {
  pool: ({ max = 1 }) => new ChildPool(max) as unknown as PicturePool,
  sharedMemory: async () => undefined,
};

class ChildPool {
  readonly #max: number;
  readonly #idle: ChildProcess[] = [];
  readonly #all: ChildProcess[] = [];
  readonly #waiting: ((child: ChildProcess) => void)[] = [];
  readonly #jobs = new Set<Promise<unknown>>();

  constructor(max: number) {
    this.#max = max;
  }

  run(_: string, [request]: [PictureRequest]): Promise<PictureReply> {
    const job = this.#run(request);
    this.#jobs.add(job);
    return job;
  }

  async room(): Promise<void> {}

  on(): this {
    return this;
  }

  stats(): { started: number } {
    return { started: this.#all.length };
  }

  async close(): Promise<void> {
    await Promise.all(this.#jobs);
    await Promise.all(
      this.#all.map((child) => {
        child.disconnect();
        return once(child, "exit");
      }),
    );
  }

  async terminate(): Promise<void> {
    for (const child of this.#all) child.kill("SIGKILL");
  }

  async #run(request: PictureRequest): Promise<PictureReply> {
    const child = await this.#free();
    child.send(request);
    const [reply] = (await once(child, "message")) as [PictureReply];
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(child);
    else next(child);
    return reply;
  }

  #free(): ChildProcess | Promise<ChildProcess> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#all.length >= this.#max) return new Promise((resolve) => this.#waiting.push(resolve));
    const child = fork(programUrl("picture-child.mjs"), { execArgv: [] });
    this.#all.push(child);
    return child;
  }
}
