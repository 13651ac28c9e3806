/** Whose code is calling: relative paths and package names count from there. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { LIBRARY } from "../../native/locate/place.cjs";
import { workingDirectory } from "./rights.js";

/**
 * Path of the first file on the stack outside this library; when there is none (a REPL, `-e`), a file name that stands
 * for the working directory.
 */
export function callerFile(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 20;
    Error.prepareStackTrace = (_, sites) => sites;
    const sites = new Error().stack as unknown as NodeJS.CallSite[];
    for (const site of sites) {
      const file = toPath(site.getFileName());
      if (file !== undefined && !isLibrary(file)) return file;
    }
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
  return path.join(workingDirectory() ?? path.parse(process.execPath).root, "[eval]");
}

/** In a bundle the library's file is the caller's. */
function isLibrary(file: string): boolean {
  if (LIBRARY === undefined) return false;
  return (
    file.startsWith(path.join(LIBRARY, "main") + path.sep) || file.startsWith(path.join(LIBRARY, "helper") + path.sep)
  );
}

function toPath(name: string | null | undefined): string | undefined {
  if (!name || name.startsWith("node:")) return undefined;
  if (name.startsWith("file:")) return fileURLToPath(name);
  return path.isAbsolute(name) ? name : undefined;
}
