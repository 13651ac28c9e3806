/** The library's own variables, as the parent heeds them. */
import { readVariable, type Variable, VariableError } from "../../helper/protocol/environment.cjs";
import { ForkError } from "./errors.js";

/**
 * @returns undefined when it is not set, empty, or not to be heeded
 * @throws ForkError ERR_FORK_ARGUMENT when it says what it may not
 */
export function variable(name: Variable): string | undefined {
  return heeding(() => readVariable(name));
}

/** @throws ForkError ERR_FORK_ARGUMENT for a variable that says what it may not */
export function heeding<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof VariableError) throw new ForkError("ERR_FORK_ARGUMENT", error.message);
    throw error;
  }
}
