/** What a program's object and whoever watches over the program say to each other. */
import type { ExitStatus } from "../connection/exit-status.js";

/** A started program to whoever watches over it. */
export interface Life {
  readonly pid: number | undefined;
  /** False when it has ended. */
  kill(signal: number): boolean;
  /** Keeps this program's event loop alive until release(). */
  hold(): void;
  release(): void;
}

/** What a program's object has to be told. After the first of the last three nothing more. */
export interface News {
  /** Signals reach it, although it is not what it is to be yet. */
  reachable(life: Life): void;
  started(life: Life): void;
  ended(status: ExitStatus): void;
  /** @param errno negative: why it can't be started */
  failed(errno: number): void;
  /** Nobody knows whether it runs. */
  lost(error: Error): void;
}
