/** What the command's exit codes mean; `--help` and the package's README say the same. */
export enum ExitCode {
  /** Done. Pictures that can't be read don't change that. */
  Done = 0,
  /** It could not be done: a folder is not there, the cache can't be written, a package is missing. */
  Failed = 1,
  /** The command line makes no sense. */
  Usage = 2,
  /** 128 and a signal's number: ended by it. */
  Hangup = 129,
  Interrupted = 130,
  BrokenPipe = 141,
  Terminated = 143,
}
