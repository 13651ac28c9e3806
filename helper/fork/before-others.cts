/** What has to be in place before code of others runs in a process that is to be forked, or was. */
import { wrapEntropy } from "./entropy.cjs";
import { watchKeepers } from "./kept-randomness.cjs";
import { trackTimers } from "./timers.cjs";

let prepared = false;

/** Further calls do nothing. */
export function prepareForOthers(): void {
  if (prepared) return;
  prepared = true;
  wrapEntropy();
  watchKeepers();
  trackTimers();
}
