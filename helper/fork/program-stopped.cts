/** Thrown through all code of a program that has become a template. */
export class ProgramStopped extends Error {
  override name = "ProgramStopped";
  override message = "desktop-fork: this process is a template now, and its program ends here; do not catch this";
}

export function isStop(error: unknown): boolean {
  return error instanceof ProgramStopped;
}
