/**
 * What is this process's alone, and must be let go of in its forks: a process of ours may itself use the library, and be
 * forked after that.
 */
import { processContext } from "../../helper/protocol/process-context.cjs";

export interface ForkHook {
  /** Closes what it has without a word to the other side. */
  disown(): void;
}

const hooks = new Set<ForkHook>();
let listens = false;

export function addForkHook(hook: ForkHook): void {
  if (!listens) processContext()?.onFork.add(disownAll);
  listens = true;
  hooks.add(hook);
}

export function removeForkHook(hook: ForkHook): void {
  hooks.delete(hook);
}

function disownAll(): void {
  for (const hook of hooks) hook.disown();
  hooks.clear();
}
