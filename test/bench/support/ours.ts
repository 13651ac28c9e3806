/** How the cases use this library: a template of their own that is ready, and nothing left of it afterwards. */
import fs from "node:fs";
import type { Template, TemplateOptions, Worker } from "../../../main/index.js";

const END_TIMEOUT_MS = 2000;
const END_POLL_MS = 2;

/** The template is ready and has forked once. */
export async function withTemplate<T>(options: TemplateOptions, use: (template: Template) => Promise<T>): Promise<T> {
  const { Template } = await import("../../../main/index.js");
  const template = await Template.start(options);
  if (template.strategy !== "fork") throw new Error(`this is not the fork strategy: ${template.reason}`);
  try {
    return await use(template);
  } finally {
    template.close();
    await untilChildless();
  }
}

/** The processor time of a child counts as ours only when it has been waited for. */
export async function untilChildless(): Promise<void> {
  const deadline = performance.now() + END_TIMEOUT_MS;
  while (hasChildren() && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, END_POLL_MS));
}

function hasChildren(): boolean {
  return fs.readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim() !== "";
}

/** Resolves with the first byte that the worker wrote. */
export function firstByte(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.socket.once("data", () => resolve());
    worker.socket.once("error", reject);
  });
}
