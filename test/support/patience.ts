/** How long a test waits for what surely comes: a hang is a failure, and a busy machine is none. */
export const PATIENCE_MS = 120_000;

/** A file of tests waits for many things in turn; the slowest takes 40 seconds on two idle cores. */
export const FILE_TIMEOUT_MS = 900_000;
