/** The contract of pools: one suite, installed once per configuration. */
import { suite } from "node:test";
import type { Configuration } from "../../../support/configurations.js";
import { deaths } from "./deaths.js";
import { endings } from "./endings.js";
import { garbage } from "./garbage.js";
import { jobs } from "./jobs.js";
import { limits } from "./limits.js";
import { output } from "./output.js";
import { promotion } from "./promotion.js";
import { sizing } from "./sizing.js";
import { starts } from "./starts.js";

const PARTS = [jobs, sizing, deaths, garbage, limits, starts, output, endings, promotion];

export function installPoolContract(configuration: Configuration): void {
  Object.assign(process.env, configuration.env);
  suite(`pools: ${configuration.name}`, () => {
    for (const install of PARTS) install(configuration);
  });
}
