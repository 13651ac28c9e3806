/** Modules that take long to load, and that a template says hello without. */
import type tty from "node:tty";
import type v8 from "node:v8";

export function loadV8(): typeof v8 {
  return require("node:v8") as typeof v8;
}

export function loadTty(): typeof tty {
  return require("node:tty") as typeof tty;
}

export function loadFileOutput(): typeof import("./file-output.cjs") {
  return require("./file-output.cjs") as typeof import("./file-output.cjs");
}
