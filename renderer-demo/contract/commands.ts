/** What the page may ask of the main process. One table is both the types and the checks. */
import { type Check, isAbsolutePath, isBoolean, isInteger, isListOf, isOneOf } from "./checks.js";

export const MAX_PICTURES = 0xffff_ffff;
/** Pictures that a page may want at a time: three screens of the smallest tiles. */
export const MAX_WANTED = 4096;
export const MAX_WORKERS = 16;
export const MAX_PROGRAMS = 500;
export const MAX_BALLAST_MB = 4096;
/** Above every pid that Linux hands out. */
const MAX_PID = 4_194_304;

const isIndex = isInteger(0, MAX_PICTURES);

const FIELDS = {
  /** The system's dialog, where there is one. */
  choose: {},
  /** Shows the pictures below a folder. Refused where the system's dialog is there to do it. */
  open: { folder: isAbsolutePath },
  /** Lists the same folder again. */
  reload: {},
  /** The folders in a folder, for the page's own dialog. Refused where the system's dialog is there. */
  browse: { folder: isAbsolutePath },
  /**
   * The pictures that the page shows or is about to show and does not have, the most urgent first; the first `visible` of
   * them are in view. What is not in it any more is cancelled.
   */
  want: { folder: isIndex, pictures: isListOf(isIndex, MAX_WANTED), visible: isInteger(0, MAX_WANTED) },
  /** One picture, large. */
  view: { folder: isIndex, picture: isIndex },
  /** Whether to make the thumbnails of the whole folder when there is nothing else to do. */
  fill: { on: isBoolean },
  workers: { count: isInteger(1, MAX_WORKERS) },
  /** Ends one of the gallery's own processes. */
  end: { pid: isInteger(1, MAX_PID), signal: isOneOf("SIGKILL", "SIGSEGV") },
  /** How much memory the main process holds for nothing. */
  ballast: { megabytes: isInteger(0, MAX_BALLAST_MB) },
  /** Starts programs that end at once. */
  programs: { by: isOneOf("desktop-fork", "child_process"), count: isInteger(1, MAX_PROGRAMS) },
} satisfies Record<string, Record<string, Check<unknown>>>;

type Table = typeof FIELDS;
type Checked<C> = C extends Check<infer T> ? T : never;

export type CommandName = keyof Table;
export type Fields<N extends CommandName> = { readonly [F in keyof Table[N]]: Checked<Table[N][F]> };
export type Command = { [N in CommandName]: { readonly name: N } & Fields<N> }[CommandName];

/** What the page sent is no command. It comes from a broken page, or from somebody else. */
export class BadCommand extends Error {
  override readonly name = "BadCommand";
}

/**
 * A copy with the known fields alone.
 * @throws BadCommand
 */
export function readCommand(value: unknown): Command {
  if (typeof value !== "object" || value === null) throw new BadCommand("a command must be an object");
  const given = value as Record<string, unknown>;
  const { name } = given;
  if (typeof name !== "string" || !Object.hasOwn(FIELDS, name)) throw new BadCommand("there is no such command");
  const fields: Record<string, Check<unknown>> = FIELDS[name as CommandName];
  const command: Record<string, unknown> = { name };
  for (const [field, isGood] of Object.entries(fields)) {
    const content = Object.hasOwn(given, field) ? given[field] : undefined;
    if (!isGood(content)) throw new BadCommand(`'${field}' of the command '${name}' is not what it must be`);
    command[field] = content;
  }
  const unknown = Object.keys(given).find((field) => !Object.hasOwn(command, field));
  if (unknown !== undefined) throw new BadCommand(`the command '${name}' has no such field`);
  return command as unknown as Command;
}
