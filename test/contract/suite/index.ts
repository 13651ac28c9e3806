/** The contract of the whole public API: one suite, installed once per configuration. */
import { suite } from "node:test";
import type { Configuration } from "../../support/configurations.js";
import { cloning } from "./cloning.js";

export function installContract(configuration: Configuration): void {
  Object.assign(process.env, configuration.env);
  suite(`contract: ${configuration.name}`, () => {
    for (const install of [cloning]) install(configuration);
  });
}
