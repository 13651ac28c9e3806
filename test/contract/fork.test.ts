import { FORK } from "../support/configurations.js";
import { installContract } from "./suite/index.js";

installContract(FORK);
