/** Packaging an app on a fake distribution, and looking at what came of it. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asar from "@electron/asar";
import { command } from "./commands.js";
import { FAKE_ELECTRON_VERSION, writeFakeDistribution } from "./fake-distribution.js";

const BUILDER = fileURLToPath(import.meta.resolve("electron-builder/cli.js"));

export interface PackageOptions {
  /** The app's root, with its package.json. */
  project: string;
  /** For the distribution and the result. */
  folder: string;
  /** Further settings of the packager: `-c.name=value`. */
  settings?: readonly string[];
}

/** @returns the folder of the app as it would be installed */
export async function packageApp({ project, folder, settings = [] }: PackageOptions): Promise<string> {
  const distribution = path.join(folder, "fake-electron");
  writeFakeDistribution(distribution);
  const output = path.join(folder, "out");
  const fixed = [
    `-c.electronDist=${distribution}`,
    `-c.electronVersion=${FAKE_ELECTRON_VERSION}`,
    `-c.directories.output=${output}`,
    "-c.npmRebuild=false",
  ];
  await command(process.execPath, [BUILDER, "--linux", "dir", ...fixed, ...settings], {
    cwd: project,
    env: { ...process.env, DESKTOP_FORK_SHIP_NODE: process.execPath },
  });
  return path.join(output, "linux-unpacked");
}

/**
 * Makes of the archive what Electron's file functions show its programs: a folder with everything in it. What was unpacked
 * stays where it is, beside it.
 */
export function openArchive(app: string): string {
  const archive = path.join(app, "resources", "app.asar");
  const contents = `${archive}.contents`;
  asar.extractAll(archive, contents);
  fs.rmSync(archive);
  fs.renameSync(contents, archive);
  return archive;
}
