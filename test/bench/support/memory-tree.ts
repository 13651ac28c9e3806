/** The memory of this program and of the processes that work for it. */
import fs from "node:fs";
import { createRequire } from "node:module";
import { readMemory } from "../../../main/metrics/memory.js";
import { programPath } from "./programs.js";

/** Resident bytes of this process, and unique ones of all below it, after garbage collection here. */
export async function memoryOfTree(): Promise<number> {
  const collect = createRequire(import.meta.url)(programPath("gc.cjs")) as (command: string) => void;
  collect("full");
  let total = process.memoryUsage.rss();
  for (const pid of descendants(process.pid)) total += (await readMemory(pid)).uss;
  return total;
}

function descendants(pid: number): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
