/** Listeners of `exit` and `beforeExit`: what a process does at its end is not what its forks do at theirs. */

const EVENTS = ["beforeExit", "exit"] as const;

/** By a global symbol, since several copies of the library may be loaded. */
const OWN = Symbol.for("desktop-fork.own");

/** A listener of the library itself, which the forks of a process have too. */
export function keepInForks<F extends (...args: never[]) => void>(listener: F): F {
  return Object.defineProperty(listener, OWN, { value: true });
}

/** In a forked child. `process.listeners` shows those of `once` unwrapped, and `off` finds them all the same. */
export function dropExitListeners(): void {
  for (const event of EVENTS)
    for (const listener of process.listeners(event as "exit")) if (!(OWN in listener)) process.off(event, listener);
}
