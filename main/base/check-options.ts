/** Checks of options, before anything is done with them: an error names the option. */
import { ForkError } from "./errors.js";
import { nearestName } from "./nearest-name.js";
import type { Kind } from "./option-kinds.js";

/** All options of one function. `T` holds the names together with the type that callers see. */
export interface OptionSchema<T extends object = object> {
  /** The function, as messages name it. */
  readonly what: string;
  readonly kinds: { readonly [Name in keyof Required<T>]: Kind };
}

/**
 * An option that is undefined is not there.
 * @throws ForkError ERR_FORK_ARGUMENT for a wrong value, a name that is none, or a required option that is not there
 */
export function checkOptions<T extends object>({ what, kinds }: OptionSchema<T>, options: T): void {
  if (typeof options !== "object" || options === null)
    throw new ForkError("ERR_FORK_ARGUMENT", `${what}: the options must be an object, not ${show(options)}`);
  for (const [name, value] of Object.entries(options)) {
    const kind = kindOf(kinds, name);
    if (kind === undefined) throw unknownOption(what, name, Object.keys(kinds));
    if (value !== undefined && !kind.holds(value)) throw optionError(name, kind.expected, value, what);
  }
  for (const name in kinds)
    if (kinds[name].required && options[name] === undefined)
      throw optionError(name, kinds[name].expected, undefined, what);
}

/** One value by itself. @throws ForkError ERR_FORK_ARGUMENT */
export function checkOption<T extends object>({ what, kinds }: OptionSchema<T>, name: keyof T, value: unknown): void {
  const kind = kinds[name];
  if (!kind.holds(value)) throw optionError(String(name), kind.expected, value, what);
}

/** The error for a bad option, by its name. */
export function optionError(name: string, expected: string, value: unknown, what?: string): ForkError {
  const where = what === undefined ? "" : `${what}: `;
  return new ForkError("ERR_FORK_ARGUMENT", `${where}the option '${name}' must be ${expected}, not ${show(value)}`);
}

function kindOf(kinds: Readonly<Record<string, Kind>>, name: string): Kind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

function unknownOption(what: string, name: string, names: readonly string[]): ForkError {
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? `the options are ${names.join(", ")}` : `did you mean '${nearest}'?`;
  return new ForkError("ERR_FORK_ARGUMENT", `${what}: there is no option '${name}'; ${hint}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return "such a list";
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? `${typeof value === "object" ? "an" : "a"} ${typeof value}`
    : String(value);
}
