/** What a process was told, while its forks may be fresh runtimes that have to be told the same. */
import { MessageType, type Value } from "../../helper/protocol/message.cjs";
import { requireAddon } from "../base/addon.js";
import { duplicate, type SentHandle } from "../handles/handles.js";
import { Stdio } from "../handles/stdio.js";

/** A command that is answered by failure alone. */
export interface Step {
  type: MessageType.Eval | MessageType.Require | MessageType.Arguments | MessageType.Handles;
  values: readonly Value[];
  /** Who holds the step owns them. */
  handles: readonly SentHandle[];
}

/** The values of the step's message. */
export function wireValues({ type, values, handles }: Step): readonly Value[] {
  return type === MessageType.Handles ? handles.map(({ kind }) => kind) : values;
}

export function closeSteps(steps: readonly Step[]): void {
  for (const { handles } of steps) for (const { fd } of handles) requireAddon("a handle").close(fd);
}

/**
 * Copies that own their handles.
 * @throws ForkError ERR_FORK_SYSTEM; nothing is left open then
 */
function copySteps(steps: readonly Step[]): Step[] {
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

export class ReplayLog {
  /** The process's standard streams. */
  stdio: Stdio | undefined;
  /** Undefined: the process can be forked, or never will be. */
  #steps: Step[] | undefined = [];

  constructor(stdio: Stdio | undefined) {
    this.stdio = stdio;
  }

  /** @throws ForkError ERR_FORK_SYSTEM */
  add(step: Step): void {
    this.#steps?.push(...copySteps([step]));
  }

  /** @param steps what came before the others; the log's from now on */
  precede(steps: Step[]): void {
    if (this.#steps === undefined) closeSteps(steps);
    else this.#steps.unshift(...steps);
  }

  /** Copies, the caller's. @throws ForkError ERR_FORK_SYSTEM */
  copy(): Step[] {
    return copySteps(this.#steps ?? []);
  }

  /** They stay the log's until release(). */
  get steps(): readonly Step[] {
    return this.#steps ?? [];
  }

  /** The steps are somebody else's now. */
  release(): void {
    this.#steps = undefined;
  }

  /** Has the standard streams of another process where there are none of its own. @throws ForkError ERR_FORK_SYSTEM */
  inheritStdio(from: ReplayLog): void {
    if (from.stdio === undefined) return;
    this.stdio ??= new Stdio();
    this.stdio.adopt(from.stdio);
  }

  /** No fork will have to repeat anything. */
  forget(): void {
    if (this.#steps !== undefined) closeSteps(this.#steps);
    this.#steps = undefined;
    this.stdio?.close();
    this.stdio = undefined;
  }
}
