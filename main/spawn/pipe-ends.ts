/** All of this program's ends of one program's pipes. */
import type net from "node:net";
import type { Addon } from "../../native/addon/addon.cjs";
import { PipeEnd } from "./pipe-end.js";

export interface PipeEndsOptions {
  addon: Addon;
  /** Per descriptor of the program: this end of its pipe, the object's from now on; -1 where it has none. */
  fds: readonly number[];
  /** Called once for each end but that of the program's input. */
  closed(): void;
}

export class PipeEnds {
  /** How many the program writes to, or both ways. */
  readonly outputs: number;
  readonly #ends: (PipeEnd | null)[] = [];

  constructor({ addon, fds, closed }: PipeEndsOptions) {
    let outputs = 0;
    for (let index = 0; index < fds.length; index++) {
      const fd = fds[index] as number;
      const readable = index > 0;
      if (fd >= 0 && readable) outputs++;
      this.#ends.push(fd < 0 ? null : new PipeEnd({ addon, fd, readable, closed: readable ? closed : () => {} }));
    }
    this.outputs = outputs;
  }

  socket(index: number): net.Socket | null {
    return this.#ends[index]?.socket ?? null;
  }

  sockets(): (net.Socket | null)[] {
    return this.#ends.map((end) => end?.socket ?? null);
  }

  /** Reading may begin. */
  release(): void {
    for (const end of this.#ends) end?.release();
  }

  /** The program reads no more. */
  endInput(): void {
    this.#ends[0]?.destroy();
  }

  /** What nobody reads is read to its end and thrown away. */
  finish(): void {
    for (const end of this.#ends.slice(1)) end?.finish();
  }
}
