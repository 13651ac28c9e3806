/** Checks of options, before anything is done with them: an error names the option. */
import { ForkError } from "./errors.js";
import { LOWEST_PRIORITY } from "./priority.js";

/** The longest time that timers take. */
const MAX_TIME_MS = 0x7fff_ffff;

interface Rule {
  expected: string;
  holds(value: unknown): boolean;
}

const TEXT: Rule = { expected: "a string without NUL", holds: isText };
const NAME: Rule = { expected: "a string, not empty, without NUL", holds: (value) => isText(value) && value !== "" };
const SIGNAL: Rule = { expected: "an AbortSignal", holds: isSignal };

/** One meaning per name, whatever it is an option of; an option that is undefined is not there. */
const RULES = new Map<string, Rule>([
  ["title", TEXT],
  ["name", NAME],
  ["cwd", NAME],
  ["env", { expected: "an object of strings without NUL", holds: isEnvironment }],
  ["detached", { expected: "true or false", holds: (value) => typeof value === "boolean" }],
  ["signal", SIGNAL],
  ["runtime", NAME],
  ["execArgv", { expected: "a list of strings without NUL", holds: (value) => isListOf(value, isText) }],
  ["strategy", { expected: "'fork' or 'exec'", holds: (value) => value === "fork" || value === "exec" }],
  ["modules", { expected: "a list of strings and URLs", holds: (value) => isListOf(value, isModule) }],
  ["spares", { expected: "a whole number, 0 or more", holds: (value) => isCount(value) }],
  ["startTimeoutMs", { expected: `a whole number from 1 to ${MAX_TIME_MS}`, holds: isTime }],
  ["priority", { expected: `a whole number from 0 to ${LOWEST_PRIORITY}`, holds: isPriority }],
  ["export", NAME],
]);

/**
 * @param what of which function they are
 * @throws ForkError ERR_FORK_ARGUMENT
 */
export function checkOptions(what: string, options: object): void {
  if (typeof options !== "object" || options === null)
    throw new ForkError("ERR_FORK_ARGUMENT", `${what}: the options must be an object, not ${show(options)}`);
  for (const [name, value] of Object.entries(options)) {
    const rule = RULES.get(name);
    if (rule === undefined || value === undefined || rule.holds(value)) continue;
    throw optionError(name, rule.expected, value, what);
  }
}

/** The error for a bad option, by its name. */
export function optionError(name: string, expected: string, value: unknown, what?: string): ForkError {
  const where = what === undefined ? "" : `${what}: `;
  return new ForkError("ERR_FORK_ARGUMENT", `${where}the option '${name}' must be ${expected}, not ${show(value)}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return "such a list";
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? `${typeof value === "object" ? "an" : "a"} ${typeof value}`
    : String(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && !value.includes("\0");
}

function isEnvironment(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, text]) => isText(name) && (text === undefined || isText(text)));
}

/** By its looks: the class may be that of another context. */
function isSignal(value: unknown): boolean {
  return typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
}

function isModule(value: unknown): boolean {
  return value instanceof URL || (typeof value === "string" && value !== "");
}

function isListOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPriority(value: unknown): boolean {
  return isCount(value) && value <= LOWEST_PRIORITY;
}

function isTime(value: unknown): boolean {
  return isCount(value) && value > 0 && value <= MAX_TIME_MS;
}
