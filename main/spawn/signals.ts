/** Signals as child_process takes them: names in any case, or numbers that have a name. */
import { constants } from "node:os";
import { unknownSignal } from "./node-errors.js";

const NUMBERS = new Map<unknown, number>(Object.entries(constants.signals));
const NAMED = new Set(Object.values(constants.signals));

/** @throws TypeError ERR_UNKNOWN_SIGNAL */
export function killSignalNumber(signal: unknown): number {
  const number = typeof signal === "string" ? NUMBERS.get(signal.toUpperCase()) : signal;
  if (typeof number !== "number" || !NAMED.has(number)) throw unknownSignal(signal);
  return number;
}

export function isKillSignal(signal: unknown): boolean {
  return typeof signal === "string" ? NUMBERS.has(signal.toUpperCase()) : NAMED.has(signal as number);
}
