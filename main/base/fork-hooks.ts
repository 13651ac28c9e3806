/**
 * What is this process's alone, and must be let go of in its forks: a process of ours may itself use the library, and be
 * forked after that.
 */
import { processContext } from "../../helper/protocol/process-context.cjs";

export interface Ownable {
  /** Closes what it has without a word to the other side. */
  abandon(): void;
}

const owned = new Set<Ownable>();
let listens = false;

export function belongsHere(thing: Ownable): void {
  if (!listens) processContext()?.onFork.add(abandonAll);
  listens = true;
  owned.add(thing);
}

export function endsHere(thing: Ownable): void {
  owned.delete(thing);
}

function abandonAll(): void {
  for (const thing of owned) thing.abandon();
  owned.clear();
}
