/** A module that no process has loaded before its dry run: the sample worker, under another name. */
export { work } from "./worker.cjs";
