/** Loading the addon from a file that is known: all that a fresh runtime needs before it can try a fork. */
import type { Addon } from "../addon/addon.cjs";

/**
 * Without Node's search for modules, which takes longer than the loading.
 * @throws Error why it can't be loaded
 */
export function loadAddonFile(file: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports as Addon;
}
