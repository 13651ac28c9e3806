/** A module that no process has loaded before it plays its start: the worker of a rehearsal, under another name. */
export { play } from "./worker.cjs";
