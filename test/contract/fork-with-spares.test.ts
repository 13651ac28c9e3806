import { FORK_WITH_SPARES } from "../support/configurations.js";
import { installContract } from "./suite/index.js";

installContract(FORK_WITH_SPARES);
