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

/** Each process is made when it is asked for: what a test sees of the system's processes is what it has started. */
export const FORK: Configuration = { name: "fork", env: { DESKTOP_FORK_SPARES: "0" }, forks: true, addon: true };

/** What users get: the next process is there before it is asked for. */
export const FORK_WITH_SPARES: Configuration = {
  name: "fork with spares",
  env: { DESKTOP_FORK_SPARES: "1" },
  forks: true,
  addon: true,
};

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
