/** What has to be in place before code of others runs in a process that is to be forked, or was. */
import { wrapEntropy } from "./entropy.cjs";
import { trackTimers } from "./timers.cjs";

/** Further calls do nothing. */
export function prepareForOthers(): void {
  wrapEntropy();
  trackTimers();
}
