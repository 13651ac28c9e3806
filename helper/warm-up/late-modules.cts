/** Modules of Node's that take long to load: a template says hello without them, and its children find them loaded. */
import type tty from "node:tty";
import type v8 from "node:v8";
import { loadNet } from "../protocol/open-socket.cjs";

export function loadV8(): typeof v8 {
  return require("node:v8") as typeof v8;
}

export function loadTty(): typeof tty {
  return require("node:tty") as typeof tty;
}

export function loadFileOutput(): typeof import("../fork/file-output.cjs") {
  return require("../fork/file-output.cjs") as typeof import("../fork/file-output.cjs");
}

/** Before the first fork. Further calls take no time. */
export function loadForChildren(): void {
  loadV8();
  loadNet();
  loadTty();
  loadFileOutput();
  performance.now(); // Node loads its clock at the first use
}
