#!/usr/bin/env node
/** The command line: `desktop-fork <command>`. */
import { Command, CommanderError } from "commander";
import { VERSION } from "../thumbnails/software.js";
import { ExitCode } from "./exit-code.js";
import { thumbnailsCommand } from "./thumbnails.js";

const program = new Command("desktop-fork")
  .description("Workers in milliseconds, forked from a template process.")
  .version(VERSION)
  .addCommand(thumbnailsCommand())
  .showHelpAfterError("(add --help for what is possible)")
  .exitOverride();
for (const command of program.commands) command.copyInheritedSettings(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and --version come this way too, with 0.
  process.exitCode = error.exitCode === 0 ? ExitCode.Done : ExitCode.Usage;
}
