/** The command line. */
import { CommanderError } from "commander";
import { thumbnailsCommand } from "./command.js";
import { ExitCode } from "./exit-code.js";
import { Interruption } from "./interruption.js";

const interruption = new Interruption();

try {
  await thumbnailsCommand(interruption).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and --version come this way too, with 0.
  process.exitCode = interruption.exitCode ?? (error.exitCode === 0 ? ExitCode.Done : ExitCode.Usage);
}
