/** How long a template takes to come to life, against a Node that does nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { BenchCase } from "../bench-case.js";
import { withTemplate } from "../support/ours.js";

export const templateStartCase: BenchCase = {
  name: "template-start",
  title: "Start of a template until it is ready, against `node -e 0`",
  unit: "ms",
  better: "lower",
  variants: {
    "desktop-fork": async () => {
      // Once, in a process that has not started any: that is what an app does.
      await import("../../../main/index.js");
      const begin = performance.now();
      return withTemplate({}, () => Promise.resolve(performance.now() - begin));
    },
    "node -e 0": async () => {
      const begin = performance.now();
      await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
      return performance.now() - begin;
    },
  },
  goals: [{ rival: "node -e 0", floor: 1 / 1.3, want: 1 / 1.1 }],
  rounds: { quick: 6, normal: 20, full: 25 },
  tags: ["template"],
  note:
    "From Template.start() to its promise, the trial fork included; against a whole `node -e 0`, from the call to its exit. " +
    "A ratio of 0.77x is 1.3 times as long.",
};
