/** Which way of reporting suits where standard output goes. */
import { Bar } from "./bar.js";
import { JsonReporter } from "./json-reporter.js";
import type { Reporter } from "./reporter.js";
import { TextReporter } from "./text-reporter.js";

export function chooseReporter(json: boolean): Reporter {
  return json ? new JsonReporter() : new TextReporter(process.stdout.isTTY ? new Bar() : undefined);
}
