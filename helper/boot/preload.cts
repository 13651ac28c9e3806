/** What the dynamic linker was told to load into this runtime is nothing for the programs that it starts. */

/**
 * Takes an entry out of LD_PRELOAD, whether it could be loaded or not: the guard does that only when it is there. Other
 * entries stay. By its length, since a path may have in it what separates entries.
 * @param entry the first
 */
export function withdrawPreload(entry: string): void {
  const list = process.env["LD_PRELOAD"];
  if (list === undefined || !list.startsWith(entry)) return;
  const others = list.slice(entry.length);
  if (others === "") delete process.env["LD_PRELOAD"];
  else if (others.startsWith(":")) process.env["LD_PRELOAD"] = others.slice(1);
}
