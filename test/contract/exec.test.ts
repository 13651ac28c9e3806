import { EXEC } from "../support/configurations.js";
import { installContract } from "./suite/index.js";

installContract(EXEC);
