/** Programs that a developer would run by hand: npm, tsc, the packager. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Packing and compiling take their time on a loaded machine. */
const PATIENCE_MS = 300_000;

/**
 * @returns what it said on stdout
 * @throws Error with all that it said
 */
export async function command(
  file: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args, {
      timeout: PATIENCE_MS,
      maxBuffer: 64 * 1024 * 1024,
      ...options,
    });
    return stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
