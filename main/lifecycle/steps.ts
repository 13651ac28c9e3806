/** Commands that are answered by failure alone, and what they own. */
import { MessageType, type Value } from "../../helper/protocol/message.cjs";
import { requireAddon, tryAddon } from "../base/addon.js";
import { duplicate, type SentHandle } from "../handles/handles.js";

export type StepType = MessageType.Eval | MessageType.Require | MessageType.Arguments | MessageType.Handles;

export interface Step {
  type: StepType;
  values: readonly Value[];
  /** Owned by whoever holds the step. */
  handles: readonly SentHandle[];
}

/** The values of its message. */
export function wireValues({ type, values, handles }: Step): readonly Value[] {
  return type === MessageType.Handles ? handles.map(({ kind }) => kind) : values;
}

/**
 * Copies that own their handles.
 * @throws ForkError ERR_FORK_SYSTEM; nothing is left open then
 */
export function copySteps(steps: readonly Step[]): Step[] {
  const copies: Step[] = [];
  try {
    for (const { type, values, handles } of steps) {
      const copied: SentHandle[] = [];
      copies.push({ type, values, handles: copied });
      for (const { kind, fd } of handles) copied.push({ kind, fd: duplicate(requireAddon("a handle"), fd) });
    }
  } catch (error) {
    closeSteps(copies);
    throw error;
  }
  return copies;
}

export function closeSteps(steps: readonly Step[] | undefined): void {
  if (steps === undefined) return;
  const addon = tryAddon();
  if (addon instanceof Error) return;
  for (const step of steps) for (const { fd } of step.handles) addon.close(fd);
}
