/** desktop-fork: workers in milliseconds, forked from a template process. */

export { type ForkOptions, ForkProcess, type FreshOptions, type RunOptions } from "./api/fork-process.js";
export { type ProgramTemplateOptions, Template, type TemplateOptions, type WorkerFunction } from "./api/template.js";
export type { Worker } from "./api/worker.js";
export type { WaitOptions } from "./base/abort.js";
export { ForkError, type ForkErrorCode } from "./base/errors.js";
export type { ExitStatus } from "./connection/exit-status.js";
export type { Handle } from "./handles/handles.js";
export type { PipeEnds, StandardStream, StandardStreams } from "./handles/stdio.js";
export type { MemoryUse } from "./metrics/memory.js";
export { type ProcessMetric, processMetrics } from "./metrics/process-metrics.js";
export { setRuntime } from "./runtime/runtime.js";
export { exec, execFile } from "./spawn/exec-file.js";
export type { Resource, ResourceLimit, ResourceOptions } from "./spawn/resources.js";
export { spawn } from "./spawn/spawn.js";
export type {
  Spawn,
  SpawnOptions,
  SpawnOptionsWithoutStdio,
  SpawnOptionsWithStdioTuple,
  StdioOption,
} from "./spawn/types.js";
export { closeDefaultTemplate } from "./template/default-template.js";
export type { TemplateDeath } from "./template/template-process.js";
export type { TakeOptions } from "./transfer/take.js";
