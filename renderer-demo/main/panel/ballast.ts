/** Memory that this process holds for nothing: a large app, on demand. */
import fs from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import v8 from "node:v8";
import vm from "node:vm";
import { MAX_BALLAST_MB } from "../../contract/commands.js";

const MB = 1024 * 1024;
/** Small enough that filling one holds nobody up. */
const PIECE_MB = 4;

/** Half of what the system could give at this moment, in megabytes. */
export function mostBallast(): number {
  const [, kilobytes = "0"] = /^MemAvailable:\s+(\d+) kB$/m.exec(fs.readFileSync("/proc/meminfo", "utf8")) ?? [];
  return Math.min(MAX_BALLAST_MB, Math.floor(Number(kilobytes) / 1024 / 2));
}

export class Ballast {
  readonly #pieces: Buffer[] = [];
  #wanted = 0;
  #working = false;

  /** In bytes. */
  get size(): number {
    return this.#pieces.length * PIECE_MB * MB;
  }

  /** Gets there piece by piece; a later call takes over. */
  async set(megabytes: number): Promise<void> {
    this.#wanted = Math.ceil(megabytes / PIECE_MB);
    if (this.#pieces.length > this.#wanted) this.#release();
    if (this.#working) return;
    this.#working = true;
    while (this.#pieces.length < this.#wanted) {
      this.#pieces.push(Buffer.allocUnsafeSlow(PIECE_MB * MB).fill(this.#pieces.length + 1));
      await nextTurn();
    }
    this.#working = false;
  }

  #release(): void {
    this.#pieces.length = this.#wanted;
    v8.setFlagsFromString("--expose-gc");
    vm.runInNewContext("gc")();
  }
}
