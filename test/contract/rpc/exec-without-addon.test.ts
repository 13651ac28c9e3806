import { EXEC_WITHOUT_ADDON } from "../../support/configurations.js";
import { installRpcContract } from "./suite/index.js";

installRpcContract(EXEC_WITHOUT_ADDON);
