/** Node's permission model: what this program may not, its processes may not either. */
import path from "node:path";
import { ForkError } from "./errors.js";
import { workingDirectory } from "./rights.js";

interface Permission {
  has(scope: string): boolean;
}

const PERMISSION = /^--(experimental-)?permission(-audit)?$/;
/** The other one is V8's. */
const ALLOWANCE = /^--allow-(?!natives-syntax)/;
const PATHS = /^(--allow-fs-(?:read|write))(?:=(.*))?$/s;

/** Where relative paths in flags count from. */
const START = workingDirectory() ?? "/";
const flags = collect([...process.execArgv, ...wordsOf(process.env["NODE_OPTIONS"] ?? "")]);

function permission(): Permission | undefined {
  return (process as unknown as { permission?: Permission }).permission;
}

/**
 * As child_process, which is not asked where the addon starts processes.
 * @throws Error ERR_ACCESS_DENIED, as Node has it, without --allow-child-process; ForkError ERR_FORK_UNSUPPORTED when the
 *   restrictions are not known and so can't be handed on
 */
export function assertPermitted(): void {
  const model = permission();
  if (model === undefined) return;
  if (!model.has("child")) {
    const message = "Access to this API has been restricted. Use --allow-child-process to manage permissions.";
    throw Object.assign(new Error(message), { code: "ERR_ACCESS_DENIED", permission: "ChildProcess", resource: "" });
  }
  if (!flags.some((flag) => PERMISSION.test(flag)))
    throw new ForkError(
      "ERR_FORK_UNSUPPORTED",
      "this program runs under Node's permission model, but not by its flags: they can't be handed on to processes",
    );
}

/** The flags that restrict a runtime as this program is restricted. */
export function permissionFlags(): readonly string[] {
  return permission() === undefined ? [] : flags;
}

/** @param words of a command line */
export function collect(words: readonly string[]): string[] {
  const found: string[] = [];
  for (const [index, word] of words.entries()) {
    const [, name, joined] = PATHS.exec(word) ?? [];
    if (name !== undefined) found.push(`${name}=${absolute(joined ?? words[index + 1] ?? "")}`);
    else if (PERMISSION.test(word) || ALLOWANCE.test(word)) found.push(word);
  }
  return [...new Set(found)];
}

/** Of a process that may start elsewhere. Node takes lists with commas as well. */
function absolute(list: string): string {
  const whole = (file: string) => (file === "*" || path.isAbsolute(file) ? file : path.resolve(START, file));
  return list.split(",").map(whole).join(",");
}

/** Of NODE_OPTIONS, where quotation marks hold spaces. */
function wordsOf(options: string): string[] {
  const words = options.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replace(/"((?:\\.|[^"\\])*)"/g, (_, text: string) => text.replace(/\\(.)/g, "$1")));
}
