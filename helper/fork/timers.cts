/**
 * Timers of the process that a child was forked from: they go on in the child, and keep it alive no longer. Node tells
 * nobody which timers there are, and counts those that keep the event loop alive. So each has to be unreferenced itself.
 *
 * Every timer is given its mark of a reference when it is made, by whatever part of Node. A setter in the prototype sees
 * that once; the timer has a property of its own from then on.
 */

interface Timer {
  hasRef(): boolean;
  unref(): unknown;
  /** Over: it has run, or was cleared. */
  _destroyed: boolean;
}

/** At most as many timers that are over, plus as many as are not, are kept from the garbage collector. */
const SLACK = 32;

const timers = new Set<Timer>();
let tracking = false;
let sweepAt = SLACK;

/** Call it before any code of others runs in a process that is to be forked, or was. Further calls do nothing. */
export function trackTimers(): void {
  if (tracking) return;
  tracking = true;
  const sample = setTimeout(() => {}, 1);
  clearTimeout(sample);
  const mark = Object.getOwnPropertySymbols(sample).find(({ description }) => description === "refed");
  if (mark === undefined) return;
  Object.defineProperty(Object.getPrototypeOf(sample), mark, {
    configurable: true,
    set(this: Timer, value: boolean) {
      Object.defineProperty(this, mark, { value, writable: true, enumerable: true, configurable: true });
      if (value) track(this);
    },
  });
}

function track(timer: Timer): void {
  timers.add(timer);
  if (timers.size < sweepAt) return;
  for (const known of timers) if (known._destroyed) timers.delete(known);
  sweepAt = 2 * timers.size + SLACK;
}

/** In a forked child. */
export function unrefTimers(): void {
  for (const timer of timers) if (!timer._destroyed && timer.hasRef()) timer.unref();
  timers.clear();
  sweepAt = SLACK;
}
