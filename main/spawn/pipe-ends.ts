/** All of this program's ends of one program's pipes. */
import type net from "node:net";
import type { Addon } from "../../native/addon.cjs";
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
  readonly #ends: readonly (PipeEnd | null)[];

  constructor({ addon, fds, closed }: PipeEndsOptions) {
    this.#ends = fds.map((fd, index) => {
      if (fd < 0) return null;
      return new PipeEnd({ addon, fd, readable: index > 0, closed: index > 0 ? closed : () => {} });
    });
    this.outputs = this.#ends.slice(1).filter((end) => end !== null).length;
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
