import { FORK_WITH_SPARES } from "../../support/configurations.js";
import { installPoolContract } from "./suite/index.js";

installPoolContract(FORK_WITH_SPARES);
