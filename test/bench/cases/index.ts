/** All cases, in the order in which they run. */
import type { BenchCase } from "../bench-case.js";
import { callsCase } from "./calls.js";
import { growthHeapCase, growthWorkersCase } from "./growth.js";
import { holdUp1GbCase, holdUp2GbCase, holdUp4GbCase, holdUp42MbCase } from "./hold-up.js";
import { memoryEmptyCase, memoryPreloadedCase, memoryTypescriptCase } from "./memory.js";
import { poolCases } from "./pool.js";
import { rateCase } from "./rate.js";
import { spawnCases } from "./spawn.js";
import { startEmptyCase, startPreloadedCase } from "./start.js";
import { templateStartCase } from "./template-start.js";
import { thumbnailsCase } from "./thumbnails.js";

export function allCases(): BenchCase[] {
  return [
    startEmptyCase,
    startPreloadedCase,
    rateCase,
    memoryEmptyCase,
    memoryPreloadedCase,
    memoryTypescriptCase,
    holdUp42MbCase,
    holdUp1GbCase,
    holdUp2GbCase,
    holdUp4GbCase,
    ...spawnCases,
    templateStartCase,
    callsCase,
    ...poolCases,
    thumbnailsCase,
    growthHeapCase,
    growthWorkersCase,
  ];
}
