/** The contract of the whole public API: one suite, installed once per configuration. */
import { suite } from "node:test";
import type { Configuration } from "../../support/configurations.js";
import { aborting } from "./aborting.js";
import { argumentsInOrder } from "./arguments.js";
import { changingModules } from "./changing-modules.js";
import { cloning } from "./cloning.js";
import { dropping } from "./dropping.js";
import { endings } from "./endings.js";
import { evaluation } from "./evaluation.js";
import { handles } from "./handles.js";
import { modules } from "./modules.js";
import { options } from "./options.js";
import { passingOn } from "./passing-on.js";
import { processHandles } from "./process-handles.js";
import { running } from "./running.js";
import { sockets } from "./sockets.js";
import { streams } from "./streams.js";
import { workers } from "./workers.js";

const PARTS = [
  argumentsInOrder,
  cloning,
  evaluation,
  modules,
  changingModules,
  running,
  sockets,
  endings,
  handles,
  streams,
  workers,
  dropping,
  aborting,
  options,
  passingOn,
  processHandles,
];

export function installContract(configuration: Configuration): void {
  Object.assign(process.env, configuration.env);
  suite(`contract: ${configuration.name}`, () => {
    for (const install of PARTS) install(configuration);
  });
}
