/** The one interface to all that is done for speed alone. */
import type { Addon } from "../../native/addon/addon.cjs";
import type { Host } from "./host.cjs";

/**
 * What a process does ahead of need, so that its children, or its own start, find it done. Where none of it is done,
 * everything works as well, only later. No promise rejects.
 */
export interface WarmUp {
  /** In a fresh runtime that can be forked, after its hello. */
  loadForChildren(): void;
  /** In a fresh runtime that can't be forked. Commands wait for it. */
  loadLoaders(): Promise<void>;
  /** In a fresh runtime that can be forked, before code of others. Commands wait for it. */
  template(addon: Addon, host: Host): Promise<void>;
  /** In a process that waits for its start while nothing else is asked for. Commands wait for it. */
  spare(addon: Addon, host: Host): Promise<void>;
  /** In a process whose children will serve rpc, when the service has been loaded. */
  service(addon: Addon): void;
  /** In a fresh runtime that has loaded modules, before the next fork. */
  compactHeap(): Promise<void>;
}
