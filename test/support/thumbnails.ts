/** What the tests of the thumbnail job share: folders of their own, real pictures, and the command line. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { PNG_END, readTexts } from "desktop-fork-thumbnails/cache";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
export const CLI = path.join(ROOT, "renderer-demo/thumbnails/bin/desktop-fork-thumbnails.js");
const PICTURE_MAKER = path.join(ROOT, "test/fixtures/thumbnails/make-pictures.mjs");

export interface PictureWish {
  /** `*` becomes the number when `count` are wanted. */
  name: string;
  width: number;
  height: number;
  format: "jpeg" | "png" | "webp" | "gif" | "avif" | "tiff";
  options?: object;
  orientation?: number;
  count?: number;
}

export interface Place {
  /** For pictures. */
  pictures: string;
  /** $XDG_CACHE_HOME */
  home: string;
  /** The thumbnail cache in it. */
  cache: string;
}

/** Folders that are gone after the test. */
export function makePlace(test: Pick<TestContext, "after">): Place {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-thumbnails-")));
  // Unlike Node's own, this rm copes with paths of any length.
  test.after(() => execFileSync("rm", ["-rf", folder]));
  const home = path.join(folder, "cache");
  const pictures = path.join(folder, "pictures");
  fs.mkdirSync(pictures);
  return { pictures, home, cache: path.join(home, "thumbnails") };
}

/** In a process of its own: sharp is used nowhere but in workers. */
export function makePictures(folder: string, ...wishes: PictureWish[]): void {
  execFileSync(process.execPath, [PICTURE_MAKER, folder, JSON.stringify(wishes)], { stdio: "inherit" });
}

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  place: Place;
  env?: Record<string, string>;
  /** In a process group of its own, as a terminal has it. */
  detached?: boolean;
  /** Called with the running program. */
  during?: (child: ChildProcess) => void;
}

/** `desktop-fork-thumbnails …` */
export async function runCli(
  args: readonly string[],
  { place, env, detached = false, during }: CliOptions,
): Promise<CliResult> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env, XDG_CACHE_HOME: place.home },
    stdio: ["ignore", "pipe", "pipe"],
    detached,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  during?.(child);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

export interface JsonEvent {
  event: string;
  [field: string]: unknown;
}

/** The lines of `--json`. */
export function jsonEvents({ stdout }: CliResult): JsonEvent[] {
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as JsonEvent);
}

export interface Png {
  width: number;
  height: number;
  texts: Map<string, string>;
  whole: boolean;
}

export function readPng(file: string): Png {
  const octets = fs.readFileSync(file);
  return {
    width: octets.readUInt32BE(16),
    height: octets.readUInt32BE(20),
    texts: readTexts(octets) ?? new Map(),
    whole: octets.subarray(-PNG_END.length).equals(PNG_END),
  };
}

/** Every file below a folder, relative to it. */
export function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

export const hasGio = spawnSync("gio", ["--version"]).status === 0;

/** What GLib says about a file: its attributes, and its URI as `uri`. */
export function gioInfo(file: Buffer | string, place: Place): Map<string, string> {
  // The shell passes on octets that are not UTF-8; arguments of Node's can't.
  const quoted = Buffer.from(file).toString("latin1").replaceAll("'", "'\\''");
  const script = Buffer.concat([Buffer.from("exec gio info '"), Buffer.from(quoted, "latin1"), Buffer.from("'")]);
  const { stdout } = spawnSync("sh", ["-s"], {
    input: script,
    env: { ...process.env, XDG_CACHE_HOME: place.home, LC_ALL: "C.UTF-8" },
  });
  const lines = stdout.toString("latin1").split("\n");
  return new Map(lines.map((line) => /^\s*(\S+?): +(.*)$/.exec(line)?.slice(1) as [string, string]).filter(Boolean));
}
