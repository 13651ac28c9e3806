/** Checks of what a message says: the other side may be another program, or of another version. */
import { FAILURE_KINDS, type Failure, MAX_CAUSES, type RemoteError } from "./remote-error.cjs";
import type { Value } from "./values.cjs";

export type Values = readonly (string | Buffer)[];

/** @throws RangeError */
export function demand(holds: boolean): asserts holds {
  if (!holds) throw new RangeError("a message's values are not as they should be");
}

/** @throws RangeError when it is not a string */
export function textOf(value: Value | undefined): string {
  demand(isText(value));
  return value;
}

/** @throws RangeError when it is not octets */
export function octetsOf(value: string | Buffer | undefined): Buffer {
  demand(value !== undefined && !isText(value));
  return value;
}

/** @throws RangeError when they are not all strings */
export function textsOf(values: Values): string[] {
  demand(values.every(isText));
  return values as string[];
}

/** @throws RangeError when it is missing */
export function someOf<T>(value: T | undefined): T {
  demand(value !== undefined);
  return value;
}

/**
 * An object as JSON, which is all that there is.
 * @throws RangeError
 */
export function onlyObjectOf<T>(values: Values): T {
  demand(values.length === 1);
  return objectOf(values[0]);
}

/**
 * An object as JSON.
 * @throws RangeError
 */
export function objectOf<T>(value: Value | undefined): T {
  let parsed: unknown;
  try {
    parsed = JSON.parse(textOf(value));
  } catch {
    parsed = undefined;
  }
  demand(isObject(parsed));
  return parsed as T;
}

/**
 * A number on its own: a pid, an errno, an exit code.
 * @throws RangeError
 */
export function onlyNumberOf(values: Values): number {
  const [text] = values;
  demand(values.length === 1 && isText(text) && /^-?\d{1,10}$/.test(text));
  return Number(text);
}

/** @throws RangeError */
export function checkFailure(failure: Failure): Failure {
  demand(FAILURE_KINDS.includes(failure.kind));
  checkError(failure.error);
  return failure;
}

/** @throws RangeError when it, or a cause of it, is no error, or there are too many causes */
export function checkError(remote: RemoteError): RemoteError {
  let depth = 0;
  for (let error: unknown = remote; error !== undefined; error = (error as RemoteError).cause)
    demand(isRemoteError(error) && depth++ <= MAX_CAUSES);
  return remote;
}

function isRemoteError(value: unknown): value is RemoteError {
  if (!isObject(value)) return false;
  const { name, message, stack, code } = value as Partial<RemoteError>;
  return isText(name) && isText(message) && isOptionalText(stack) && isOptionalText(code);
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value);
}

export function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

export function isCountOrNull(value: unknown): boolean {
  return value === null || isCount(value);
}
