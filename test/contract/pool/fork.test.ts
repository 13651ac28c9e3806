import { FORK } from "../../support/configurations.js";
import { installPoolContract } from "./suite/index.js";

installPoolContract(FORK);
