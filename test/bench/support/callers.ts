/** One worker that can be called, of each library: whatever it costs to start it is not counted. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { programPath, programUrl } from "./programs.js";

/** Calls a function of test/fixtures/bench/calls.cjs. */
export type Caller = (name: "add" | "echo", argument: unknown) => Promise<unknown>;

export async function ourCaller(): Promise<Caller> {
  const { ForkProcess } = await import("../../../main/index.js");
  const { createRpc } = await import("../../../main/rpc/index.js");
  const rpc = createRpc(ForkProcess.create(), { module: programUrl("calls.cjs") });
  await rpc.ready();
  return (name, argument) => (rpc.api[name] as (argument: unknown) => Promise<unknown>)(argument);
}

interface Port {
  post(message: unknown): void;
  onAnswer(listener: (answer: { id: number; result: unknown }) => void): void;
}

/** The least that makes calls of messages: what people write themselves. */
function callerOver({ post, onAnswer }: Port): Caller {
  const pending = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  onAnswer(({ id, result }) => {
    pending.get(id)?.(result);
    pending.delete(id);
  });
  return (name, argument) =>
    new Promise((resolve) => {
      const id = ++lastId;
      pending.set(id, resolve);
      post({ id, name, argument });
    });
}

export async function ipcCaller(serialization: "json" | "advanced"): Promise<Caller> {
  const child = fork(programPath("calls-ipc.cjs"), { serialization });
  await once(child, "spawn");
  return callerOver({
    post: (message) => child.send(message as object),
    onAnswer: (listener) => child.on("message", listener),
  });
}

export async function threadCaller(): Promise<Caller> {
  const thread = new Worker(programPath("calls-thread.cjs"));
  await once(thread, "online");
  return callerOver({
    post: (message) => thread.postMessage(message),
    onAnswer: (listener) => thread.on("message", listener),
  });
}

/** As many tasks may be under way in one worker as ours takes. */
const TASKS = 64;

export async function piscinaCaller(): Promise<Caller> {
  const { Piscina } = await import("piscina");
  const options = { minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: TASKS };
  const pool = new Piscina({ filename: programPath("calls.cjs"), ...options });
  return (name, argument) => pool.run(argument, { name });
}

export async function tinypoolCaller(runtime: "worker_threads" | "child_process"): Promise<Caller> {
  const { Tinypool } = await import("tinypool");
  const options = { minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: TASKS, runtime };
  const pool = new Tinypool({ filename: programPath("calls.cjs"), ...options });
  return (name, argument) => pool.run(argument, { name });
}

/** It gives a worker one task at a time. */
export async function workerpoolCaller(workerType: "thread" | "process"): Promise<Caller> {
  const { default: workerpool } = await import("workerpool");
  const options = { minWorkers: 1, maxWorkers: 1, workerType };
  const pool = workerpool.pool(programPath("calls-workerpool.cjs"), options);
  return (name, argument) => Promise.resolve(pool.exec(name, [argument]));
}
