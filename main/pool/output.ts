/** What workers write to their standard streams, and where it goes. */
import type { Socket } from "node:net";
import { PassThrough, type Readable } from "node:stream";
import type { ForkProcess } from "../api/fork-process.js";
import type { StandardStream } from "../handles/stdio.js";

/**
 * `inherit`: the worker has this program's stream. `ignore`: it is thrown away. The others go through this program:
 * `forward` to its own stream; `job` to `onOutput` of the job that runs, or as `forward` without one; `pipe` to the pool's
 * own stream `stdout` or `stderr`, which then has to be read.
 */
export type OutputMode = "inherit" | "ignore" | "forward" | "job" | "pipe";

export const OUTPUT_MODES = ["inherit", "ignore", "forward", "job", "pipe"] satisfies OutputMode[];

export type OutputName = "stdout" | "stderr";

export type OutputModes = Record<OutputName, OutputMode>;

/** Called with each piece of a job's output, in order, before the job settles. */
export type OutputListener = (chunk: Buffer, stream: OutputName) => void;

const NAMES: readonly OutputName[] = ["stdout", "stderr"];

/** So much of the end of stderr comes with the errors of lost jobs. */
const TAIL_BYTES = 8192;

/** A process object's `stdio`; undefined when it needs none. */
export function stdioFor(modes: OutputModes): [StandardStream, StandardStream, StandardStream] | undefined {
  const [out, error] = NAMES.map((name) => {
    const mode = modes[name];
    return mode === "inherit" ? null : mode === "ignore" ? mode : "pipe";
  });
  return out === null && error === null ? undefined : [null, out, error];
}

/** The streams of a pool, in which the output of all its workers comes together. */
export class PoolOutput {
  readonly modes: OutputModes;
  readonly stdout: PassThrough | null;
  readonly stderr: PassThrough | null;

  constructor(modes: OutputModes) {
    this.modes = modes;
    this.stdout = modes.stdout === "pipe" ? newMerger() : null;
    this.stderr = modes.stderr === "pipe" ? newMerger() : null;
  }

  /** No more workers follow. */
  end(): void {
    this.stdout?.end();
    this.stderr?.end();
  }
}

/** Every worker that pipes into it adds listeners. */
function newMerger(): PassThrough {
  return new PassThrough().setMaxListeners(0);
}

/** The output of one worker. */
export class WorkerOutput {
  /** Gets the output of streams whose mode is `job`. */
  listener: OutputListener | undefined;
  readonly #tail: Buffer[] = [];
  #tailBytes = 0;
  readonly #isRead: boolean;

  constructor(pool: PoolOutput, worker: ForkProcess) {
    this.#isRead = NAMES.some((name) => worker[name] !== null);
    for (const name of NAMES) {
      const source: Readable | null = worker[name];
      if (source !== null) this.#read(source, name, pool);
    }
  }

  /** The end of what was written to stderr, unless nobody has read that. */
  get tail(): string | undefined {
    return this.#tailBytes === 0 ? undefined : Buffer.concat(this.#tail).subarray(-TAIL_BYTES).toString();
  }

  /** Resolves when everything was read that the worker had written before something that came from it just now. */
  async caughtUp(): Promise<void> {
    if (!this.#isRead) return;
    // The event loop asks the kernel between one turn and the next what is there to be read.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Apart from the constructor: a listener that could see the worker's object would keep it from being collected. */
  #read(source: Readable, name: OutputName, pool: PoolOutput): void {
    // An idle worker does not keep this program alive.
    (source as Socket).unref();
    source.on("error", () => {}); // as good as its end
    if (name === "stderr") source.on("data", (chunk: Buffer) => this.#keep(chunk));
    const merged = pool[name];
    const mode = pool.modes[name];
    if (merged !== null) source.pipe(merged, { end: false });
    else source.on("data", (chunk: Buffer) => this.#pass(chunk, name, mode));
  }

  #pass(chunk: Buffer, name: OutputName, mode: OutputMode): void {
    if (mode === "job" && this.listener !== undefined) this.listener(chunk, name);
    else process[name].write(chunk);
  }

  #keep(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    while (this.#tailBytes - (this.#tail[0] as Buffer).length >= TAIL_BYTES)
      this.#tailBytes -= (this.#tail.shift() as Buffer).length;
  }
}
