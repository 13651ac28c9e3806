/** The templates that a worker is forked from in these suites: fresh or used, small or large, with and without threads. */
import type { TemplateOptions } from "../../main/index.js";

export const FIXTURES = new URL("../../../test/fixtures/fidelity/", import.meta.url);

const fixture = (name: string) => new URL(name, FIXTURES).href;

/** V8 gives work to its threads, so that children have to revive them. */
const THREADED = ["--no-single-threaded-gc", "--concurrent-recompilation", "--concurrent-sparkplug"];

export const KINDS = {
  fresh: {},
  threaded: { execArgv: THREADED },
  used: { modules: [fixture("used.mjs")] },
  "used and threaded": { modules: [fixture("used.mjs")], execArgv: THREADED },
  loaded: { modules: ["lodash", "zod", "sharp", "typescript-5", fixture("big-heap.mjs")], execArgv: THREADED },
} satisfies Record<string, TemplateOptions>;

export type Kind = keyof typeof KINDS;
