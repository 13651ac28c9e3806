/** The options of process objects and templates. */
import type { WaitOptions } from "../base/abort.js";
import type { OptionSchema } from "../base/check-options.js";
import {
  ANYTHING,
  ENVIRONMENT,
  FLAG,
  integer,
  MAX_TIME_MS,
  MODULES,
  NAME,
  PRIORITY,
  RUNTIME_KINDS,
  SIGNAL,
  TEXT,
} from "../base/option-kinds.js";
import type { TakeOptions } from "../transfer/take.js";
import type { ForkOptions, FreshOptions, RunOptions } from "./fork-process.js";
import type { ProgramTemplateOptions, TemplateOptions } from "./template.js";

const START_TIMEOUT = integer({ least: 1, most: MAX_TIME_MS });

export const FORK_OPTIONS: OptionSchema<ForkOptions> = {
  what: "a process",
  kinds: {
    title: TEXT,
    cwd: NAME,
    env: ENVIRONMENT,
    /** Taken apart, and checked, by Stdio.take(). */
    stdio: ANYTHING,
    detached: FLAG,
    signal: SIGNAL,
  },
};

export const FRESH_OPTIONS: OptionSchema<FreshOptions> = {
  what: "a fresh process",
  kinds: { ...RUNTIME_KINDS, ...FORK_OPTIONS.kinds, startTimeoutMs: START_TIMEOUT },
};

export const RUN_OPTIONS: OptionSchema<RunOptions> = {
  what: "run",
  kinds: { export: NAME, title: TEXT, signal: SIGNAL },
};

export const READY_OPTIONS: OptionSchema<WaitOptions> = { what: "ready", kinds: { signal: SIGNAL } };

export const TAKE_OPTIONS: OptionSchema<TakeOptions> = { what: "fromHandle", kinds: { signal: SIGNAL } };

const PROGRAM_TEMPLATE_KINDS: OptionSchema<ProgramTemplateOptions>["kinds"] = {
  ...RUNTIME_KINDS,
  name: NAME,
  cwd: NAME,
  spares: integer(),
  startTimeoutMs: START_TIMEOUT,
  priority: PRIORITY,
};

export const PROGRAM_TEMPLATE_OPTIONS: OptionSchema<ProgramTemplateOptions> = {
  what: "Template.ofProgram",
  kinds: PROGRAM_TEMPLATE_KINDS,
};

export const TEMPLATE_OPTIONS: OptionSchema<TemplateOptions> = {
  what: "a template",
  kinds: { ...PROGRAM_TEMPLATE_KINDS, modules: MODULES },
};

export const TEMPLATE_START_OPTIONS: OptionSchema<TemplateOptions & WaitOptions> = {
  what: "Template.start",
  kinds: { ...TEMPLATE_OPTIONS.kinds, signal: SIGNAL },
};
