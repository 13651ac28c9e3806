/** The process of the default template, which has no object that one could ask. */
import { processesOf } from "./processes.js";

/** @throws Error when there is not exactly one */
export function defaultTemplatePid(): number {
  const templates = processesOf(process.pid).filter(
    ({ title, state }) => title === `${process.pid} desktop-fork template default` && state !== "Z",
  );
  if (templates.length !== 1) throw new Error(`there are ${templates.length} default templates`);
  return (templates[0] as { pid: number }).pid;
}
