/** The library as npm packs it. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./commands.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export interface PackedLibrary {
  tarball: string;
  /** Paths inside it. */
  files: string[];
}

export interface InstallOptions {
  /** Beside this process's own. */
  env?: Record<string, string>;
  /** Of `npm install`. */
  flags?: readonly string[];
}

/** @param workspace another package of this repository instead of the library */
export async function packLibrary(folder: string, workspace?: string): Promise<PackedLibrary> {
  const which = workspace === undefined ? [] : ["--workspace", workspace];
  const output = await command("npm", ["pack", "--json", ...which, "--pack-destination", folder], { cwd: ROOT });
  // Scripts of the package may have said something before.
  const [packed] = JSON.parse(output.slice(output.indexOf("[\n"))) as [{ filename: string; files: { path: string }[] }];
  return { tarball: path.join(folder, packed.filename), files: packed.files.map((file) => file.path) };
}

/** @returns the same tarball without binaries, as for a platform that nobody has built them for */
export async function withoutPrebuilt(folder: string, tarball: string): Promise<string> {
  const unpacked = fs.mkdtempSync(path.join(folder, "unpacked-"));
  await command("tar", ["-xf", tarball], { cwd: unpacked });
  fs.rmSync(path.join(unpacked, "package/native/prebuilds"), { recursive: true });
  const bare = path.join(unpacked, "bare.tgz");
  await command("tar", ["-czf", bare, "package"], { cwd: unpacked });
  return bare;
}

/** @returns a PATH with Node, npm and a shell in it, and no compiler */
export async function pathWithoutCompiler(folder: string): Promise<string> {
  const programs = fs.mkdtempSync(path.join(folder, "programs-"));
  fs.symlinkSync(process.execPath, path.join(programs, "node"));
  for (const name of ["npm", "sh"]) {
    const [file = ""] = (await command("sh", ["-c", `command -v ${name}`], { cwd: folder })).split("\n");
    fs.symlinkSync(fs.realpathSync(file), path.join(programs, name));
  }
  return programs;
}

/** @returns a project that has the library and sharp, and nothing of ours around it */
export async function installLibrary(
  folder: string,
  tarball: string,
  { env = {}, flags = [] }: InstallOptions = {},
): Promise<string> {
  const project = fs.mkdtempSync(path.join(folder, "project-"));
  fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ name: "fresh", private: true }));
  const manifest = fs.readFileSync(path.join(ROOT, "node_modules/sharp/package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const options = ["--prefer-offline", "--no-audit", "--no-fund"];
  await command("npm", ["install", ...options, ...flags, tarball, `sharp@${version}`], {
    cwd: project,
    env: { ...process.env, ...env },
  });
  return project;
}
