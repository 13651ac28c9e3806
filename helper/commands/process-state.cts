/** What a process has been given so far: a fork clones all of it. */
import { openHandle } from "../protocol/handles.cjs";
import type { HandleKind } from "../protocol/plans.cjs";
import type { Argument } from "../protocol/process-context.cjs";
import type { Value } from "../protocol/values.cjs";

type Pending = { value: Value } | { kind: HandleKind; fd: number };

const pending: Pending[] = [];

export function addValues(values: readonly Value[]): void {
  for (const value of values) pending.push({ value });
}

export function addHandle(kind: HandleKind, fd: number): void {
  pending.push({ kind, fd });
}

/**
 * The arguments in the order in which they were sent; the caller owns the handles among them.
 * A handle becomes an object only now: a template that only holds it must not touch it.
 */
export function takeArguments(): Argument[] {
  return pending.splice(0).map((item) => ("value" in item ? item.value : openHandle(item.kind, item.fd)));
}

/**
 * For a dry run of a start, which takes all that there is.
 * @returns brings back what was given so far
 */
export function setAside(): () => void {
  const kept = pending.splice(0);
  return () => {
    pending.length = 0;
    for (const item of kept) pending.push(item);
  };
}
