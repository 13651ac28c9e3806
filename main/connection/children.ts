/** Who tells of the ends of processes: the one that started them, as long as it lives. */
import type { ExitStatus } from "./exit-status.js";

/** A process that was started by the one at the other end, which reports its end. */
export interface Child {
  ended(status: ExitStatus): void;
  /** Nobody will report its end. */
  orphaned(): void;
}

/** Whoever learns how a process ends, and tells its connection. */
export interface Source {
  adopt(pid: number, child: Child): void;
  hold(): void;
  release(): void;
}

/** The children of a process by their pids, until their ends are told. */
export class Children {
  /** Made for the first: most processes have none. */
  #alive: Map<number, Child> | undefined;

  get size(): number {
    return this.#alive?.size ?? 0;
  }

  add(pid: number, child: Child): void {
    this.#alive ??= new Map();
    this.#alive.set(pid, child);
  }

  /** The child whose end is told with this; undefined for one that is not known here. */
  take(pid: number): Child | undefined {
    const child = this.#alive?.get(pid);
    this.#alive?.delete(pid);
    return child;
  }

  orphan(): void {
    if (this.#alive === undefined) return;
    for (const child of this.#alive.values()) child.orphaned();
    this.#alive.clear();
  }

  /** Nobody is told. */
  drop(): void {
    this.#alive?.clear();
  }
}
