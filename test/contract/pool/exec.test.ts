import { EXEC } from "../../support/configurations.js";
import { installPoolContract } from "./suite/index.js";

installPoolContract(EXEC);
