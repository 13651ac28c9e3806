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

export async function packLibrary(folder: string): Promise<PackedLibrary> {
  const output = await command("npm", ["pack", "--json", "--pack-destination", folder], { cwd: ROOT });
  // Scripts of the package may have said something before.
  const [packed] = JSON.parse(output.slice(output.indexOf("[\n"))) as [{ filename: string; files: { path: string }[] }];
  return { tarball: path.join(folder, packed.filename), files: packed.files.map((file) => file.path) };
}

/** @returns a project that has the library and sharp, and nothing of ours around it */
export async function installLibrary(
  folder: string,
  tarball: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const project = fs.mkdtempSync(path.join(folder, "project-"));
  fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ name: "fresh", private: true }));
  const manifest = fs.readFileSync(path.join(ROOT, "node_modules/sharp/package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const options = ["--prefer-offline", "--no-audit", "--no-fund"];
  await command("npm", ["install", ...options, tarball, `sharp@${version}`], { cwd: project, env });
  return project;
}
