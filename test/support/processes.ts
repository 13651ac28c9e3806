/** What the kernel says about processes and descriptors: for checks of what was left behind. */
import fs from "node:fs";

export interface ProcessEntry {
  pid: number;
  parent: number;
  /** As of proc(5): `Z` is a zombie. */
  state: string;
  title: string;
}

export function processes(): ProcessEntry[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readEntry(Number(name)))
    .filter((entry) => entry !== undefined);
}

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const title = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(parent), state: state as string, title };
  } catch {
    return undefined; // it ended while we looked
  }
}

/** Children of a process, alive or zombies, and whatever else works for it by its title. */
export function processesOf(owner: number): ProcessEntry[] {
  const title = `${owner} desktop-fork `;
  return processes().filter((entry) => entry.parent === owner || entry.title.startsWith(title));
}

export function exists(pid: number): boolean {
  const entry = readEntry(pid);
  return entry !== undefined && entry.state !== "Z";
}

/** Open descriptors by number, and what they are. */
export function descriptors(pid: number | "self" = "self"): Map<number, string> {
  const open = new Map<number, string>();
  for (const name of fs.readdirSync(`/proc/${pid}/fd`)) {
    try {
      open.set(Number(name), fs.readlinkSync(`/proc/${pid}/fd/${name}`));
    } catch {
      // the one that lists the folder
    }
  }
  return open;
}
