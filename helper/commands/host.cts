/** What a server knows of the process that it serves in. */
import type { Addon } from "../../native/addon/addon.cjs";
import type { WarmUp } from "./warm-up.cjs";

export interface Host {
  /** Undefined where there is none: no forks and no handles then. */
  addon: Addon | undefined;
  /** Why this process can't be forked. */
  unforkable: string | undefined;
  /** Without the addon: the descriptor of the worker's socket. */
  socketFd: number | undefined;
  /** A runtime of its own, not a fork of another: to collect garbage in a fork would copy the whole heap. */
  fresh: boolean;
  warmUp: WarmUp;
}
