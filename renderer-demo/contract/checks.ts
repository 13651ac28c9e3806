/** Checks of single values that come from the page: nothing about them is known. */

/** Whether a value is a `T`. */
export type Check<T> = (value: unknown) => value is T;

export function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

/** A whole number from `least` to `most`. */
export function isInteger(least: number, most: number): Check<number> {
  return (value): value is number => Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

export function isOneOf<const T extends string>(...choices: readonly T[]): Check<T> {
  return (value): value is T => (choices as readonly unknown[]).includes(value);
}

export function isListOf<T>(isElement: Check<T>, most: number): Check<readonly T[]> {
  return (value): value is readonly T[] =>
    // Not every(): it passes over holes.
    Array.isArray(value) && value.length <= most && Array.from(value).every(isElement);
}

/** Longer than any path that Linux opens. */
const MAX_PATH_OCTETS = 4096;

/** A path as octets, each written as the Latin-1 character of its value: file names need not be text. */
export type Octets = string;

export function isAbsolutePath(value: unknown): value is Octets {
  if (typeof value !== "string" || value.length > MAX_PATH_OCTETS || !value.startsWith("/")) return false;
  for (let index = 0; index < value.length; index++) {
    const octet = value.charCodeAt(index);
    if (octet === 0 || octet > 0xff) return false;
  }
  return true;
}
