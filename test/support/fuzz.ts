/** How long to fuzz: FUZZ_RUNS cases for each property; a few in the ordinary test run. */
export const FUZZ = { numRuns: Number(process.env["FUZZ_RUNS"] ?? 1000) };
