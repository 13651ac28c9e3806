/** The ways in which the library makes processes; the contract is the same in each. */
export interface Configuration {
  name: string;
  /** What makes the library work this way. */
  env: Readonly<Record<string, string>>;
  /** Processes are forked. */
  forks: boolean;
  /** Handles travel, and signals go through pidfds. */
  addon: boolean;
}

/** Without spares: a process that nobody asked for yet would look like one that was left behind. */
export const FORK: Configuration = { name: "fork", env: { DESKTOP_FORK_SPARES: "0" }, forks: true, addon: true };

export const EXEC: Configuration = {
  name: "exec",
  env: { DESKTOP_FORK_STRATEGY: "exec" },
  forks: false,
  addon: true,
};

export const EXEC_WITHOUT_ADDON: Configuration = {
  name: "exec without the addon",
  env: { DESKTOP_FORK_NO_ADDON: "1" },
  forks: false,
  addon: false,
};
