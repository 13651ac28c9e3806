/** What an option can be: each kind says which values it takes, in words and as a test. */
import { isAbortSignal } from "./abort.js";
import { LOWEST_PRIORITY } from "./priority.js";

export interface Kind {
  /** As in "the option must be …". */
  readonly expected: string;
  /** Undefined is an option that is not there, unless it is required. */
  readonly required?: true;
  holds(value: unknown): boolean;
}

/** The longest time that timers take. */
export const MAX_TIME_MS = 0x7fff_ffff;

export const TEXT: Kind = { expected: "a string without NUL", holds: isText };
export const NAME: Kind = { expected: "a string, not empty, without NUL", holds: isName };
export const FLAG: Kind = { expected: "true or false", holds: (value) => typeof value === "boolean" };
export const FUNCTION: Kind = { expected: "a function", holds: (value) => typeof value === "function" };
export const OBJECT: Kind = { expected: "an object", holds: (value) => typeof value === "object" && value !== null };
export const SIGNAL: Kind = { expected: "an AbortSignal", holds: isAbortSignal };
export const MODULE: Kind = { expected: "a URL or a string", holds: isModule };
export const MODULES: Kind = {
  expected: "a list of strings and URLs",
  holds: (value) => isListOf(value, isNamedModule),
};
export const TEXTS: Kind = { expected: "a list of strings without NUL", holds: (value) => isListOf(value, isText) };
export const ENVIRONMENT: Kind = { expected: "an object of strings without NUL", holds: isEnvironment };
export const FINITE: Kind = { expected: "a finite number", holds: Number.isFinite };
/** Of options that are checked where they are taken apart. */
export const ANYTHING: Kind = { expected: "anything", holds: () => true };

export interface Range {
  least?: number;
  most?: number;
  /** Whether Infinity is one: a limit that is never reached. */
  infinite?: boolean;
}

export function integer({ least = 0, most, infinite = false }: Range = {}): Kind {
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  return {
    expected: `an integer ${range}${infinite ? ", or Infinity" : ""}`,
    holds: (value) =>
      (Number.isSafeInteger(value) && isWithin(value, least, most)) || (infinite && value === Number.POSITIVE_INFINITY),
  };
}

export function milliseconds({ least = 0, most = MAX_TIME_MS, infinite = false }: Range = {}): Kind {
  return {
    expected: `from ${least} to ${most} milliseconds${infinite ? ", or Infinity" : ""}`,
    holds: (value) => isWithin(value, least, most) || (infinite && value === Number.POSITIVE_INFINITY),
  };
}

export function oneOf(...values: readonly string[]): Kind {
  const quoted = values.map((value) => `'${value}'`);
  return {
    expected: values.length > 2 ? `one of ${quoted.join(", ")}` : quoted.join(" or "),
    holds: (value) => values.includes(value as string),
  };
}

export function required(kind: Kind): Kind {
  return { ...kind, required: true };
}

/** Niceness of what works in the background. */
export const PRIORITY: Kind = integer({ most: LOWEST_PRIORITY });

/** The executable that hosts a process, and what it is given: options of all that starts one. */
export const RUNTIME_KINDS = {
  runtime: NAME,
  execArgv: TEXTS,
  env: ENVIRONMENT,
  strategy: oneOf("fork", "exec"),
} as const;

export function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

function isName(value: unknown): boolean {
  return isText(value) && value !== "";
}

function isModule(value: unknown): boolean {
  return value instanceof URL || typeof value === "string";
}

function isNamedModule(value: unknown): boolean {
  return isModule(value) && value !== "";
}

function isListOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

function isEnvironment(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, text]) => isText(name) && (text === undefined || isText(text)));
}

function isWithin(value: unknown, least: number, most = Number.POSITIVE_INFINITY): boolean {
  return typeof value === "number" && value >= least && value <= most;
}
