import { EXEC_WITHOUT_ADDON } from "../../support/configurations.js";
import { installPoolContract } from "./suite/index.js";

installPoolContract(EXEC_WITHOUT_ADDON);
