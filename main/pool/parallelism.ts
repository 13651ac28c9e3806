/** How many processors this program may use. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Newer versions of Node look at the cgroup's quota by themselves; this does for all of them. */
export function availableParallelism(): number {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(cgroupProcessors())));
}

/**
 * The smallest quota of the cgroups (version 2) that a process is in, as a number of processors; Infinity without one.
 * @param root the mount point; @param membership of the process: /proc/self/cgroup
 */
export function cgroupProcessors(root = "/sys/fs/cgroup", membership = "/proc/self/cgroup"): number {
  const own = /^0::(.*)$/m.exec(read(membership))?.[1];
  if (own === undefined) return Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (let group = path.join("/", own); ; group = path.dirname(group)) {
    const [quota, period] = read(path.join(root, group, "cpu.max"))
      .split(/\s/)
      .map(Number);
    const processors = Number(quota) / Number(period);
    if (processors > 0) least = Math.min(least, processors);
    if (group === "/") return least;
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
