/** What a function has returned, as the worker's end looks at it. */

import { FrameTooLarge } from "../protocol/frame-writer.cjs";
import { isHandle } from "../protocol/handles.cjs";
import type { FailureKind } from "./failure.cjs";
import { MAX_FRAME_HANDLES } from "./frame-type.cjs";
import { isStream } from "./producer.cjs";
import { Undeliverable } from "./values.cjs";

/** Why a result could not be sent. */
export function resultFailure(error: unknown): FailureKind {
  if (error instanceof FrameTooLarge) return "large";
  return error instanceof Undeliverable ? "handle" : "result";
}

/** Whether it is no value yet. @throws what a getter of it throws */
export function comesLater(value: unknown): boolean {
  return isThenable(value) || isStream(value);
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/**
 * Handles can be results themselves, or elements of an array that is one.
 * @throws what a proxy throws
 */
export function hasHandles(result: unknown): result is unknown[] {
  return (
    Array.isArray(result) &&
    result.length <= MAX_FRAME_HANDLES &&
    result.some((value) => typeof value === "object" && value !== null && isHandle(value))
  );
}
