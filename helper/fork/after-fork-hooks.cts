/** What code of others does in each forked child, in the manner of Python's os.register_at_fork. */

const KEY = Symbol.for("desktop-fork.after-fork");
const globals = globalThis as { [KEY]?: Set<() => void> };

/** In the order of their registration. Found by a global symbol, since several copies of the library may be loaded. */
export function afterForkHooks(): Set<() => void> {
  globals[KEY] ??= new Set();
  return globals[KEY];
}

/** In a forked child, which is complete but for this. What a hook throws is an uncaught exception of the child. */
export function runAfterForkHooks(): void {
  for (const hook of globals[KEY] ?? []) {
    try {
      hook();
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }
}
