/** Runtimes whose fork self-test has passed in this program. A failure may be a passing shortage: the next one tries again. */
import fs from "node:fs";
import type { Runtime } from "../runtime/runtime.js";

const passed = new Set<string>();

/** What changes how a runtime starts: its loader, its allocator, Node itself. */
const RELEVANT = /^(LD|NODE|MALLOC|GLIBC|UV|ELECTRON)_|^(ASAN|TSAN|UBSAN|LSAN)_OPTIONS$/;

export function hasPassed(runtime: Runtime): boolean {
  const key = keyOf(runtime);
  return key !== undefined && passed.has(key);
}

export function notePass(runtime: Runtime): void {
  const key = keyOf(runtime);
  if (key !== undefined) passed.add(key);
}

/** Undefined for a runtime whose file can't be told from another. */
function keyOf({ file, prefix, args, env }: Runtime): string | undefined {
  const stat = identityOf(file);
  if (stat === undefined) return undefined;
  const variables = Object.entries(env).filter(([name]) => RELEVANT.test(name));
  return JSON.stringify([stat.dev, stat.ino, stat.mtimeMs, stat.size, prefix, args, variables.sort()]);
}

function identityOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined; // the permission model may forbid to look
  }
}
