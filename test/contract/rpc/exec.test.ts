import { EXEC } from "../../support/configurations.js";
import { installRpcContract } from "./suite/index.js";

installRpcContract(EXEC);
