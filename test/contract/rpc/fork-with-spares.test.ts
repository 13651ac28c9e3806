import { FORK_WITH_SPARES } from "../../support/configurations.js";
import { installRpcContract } from "./suite/index.js";

installRpcContract(FORK_WITH_SPARES);
