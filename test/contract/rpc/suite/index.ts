/** What rpc promises: one suite, installed once per configuration. */
import { suite } from "node:test";
import type { Configuration } from "../../../support/configurations.js";
import { calls } from "./calls.js";
import { cancelling } from "./cancelling.js";
import { events } from "./events.js";
import { failures } from "./failures.js";
import { garbage } from "./garbage.js";
import { handles } from "./handles.js";
import { life } from "./life.js";
import { preparation } from "./preparation.js";
import { serializers } from "./serializers.js";
import { streams } from "./streams.js";

const PARTS = [calls, failures, events, streams, cancelling, handles, preparation, life, serializers, garbage];

export function installRpcContract(configuration: Configuration): void {
  Object.assign(process.env, configuration.env);
  suite(`rpc: ${configuration.name}`, () => {
    for (const install of PARTS) install(configuration);
  });
}
