import { EXEC_WITHOUT_ADDON } from "../support/configurations.js";
import { installContract } from "./suite/index.js";

installContract(EXEC_WITHOUT_ADDON);
