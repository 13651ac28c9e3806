/** Which executable can host a process. Nothing is started to find out. */
import fs from "node:fs";
import path from "node:path";
import { ForkError } from "../base/errors.js";
import { type Fuse, runAsNodeFuse } from "./electron-fuses.js";

/** Where a program is, as `process` tells it. */
export interface Surroundings {
  platform: NodeJS.Platform;
  execPath: string;
  /** Whether that is an Electron. */
  electron: boolean;
  /** The folder that the packager of an app puts extra resources in. */
  resourcesPath: string | undefined;
  /** macOS: the executable without an icon in the Dock. */
  helperExecPath: string | undefined;
}

export interface FoundRuntime {
  /** A Node that came with the app, the Node that runs this program, or its Electron running as Node. */
  kind: "shipped" | "node" | "electron";
  /** Path of the executable. */
  file: string;
}

/** Where a Node is looked for among the app's resources: as its own archives lay it out, and bare. */
const SHIPPED = ["node/bin/node", "node/bin/node.exe", "node/node", "node/node.exe"];

export function surroundings(): Surroundings {
  const { platform, execPath, versions, resourcesPath, helperExecPath } = process as NodeJS.Process &
    Partial<Surroundings>;
  return { platform, execPath, electron: "electron" in versions, resourcesPath, helperExecPath };
}

/**
 * A stock Node that was shipped with the app; else the Node that runs this program; else Electron running as Node, if its
 * fuse allows that.
 * @throws ForkError ERR_FORK_RUNTIME, which says what to do, when there is none
 */
export function findRuntime(where = surroundings()): FoundRuntime {
  const shipped = shippedNode(where);
  if (shipped !== undefined) return { kind: "shipped", file: shipped };
  if (!where.electron) return { kind: "node", file: where.execPath };
  assertRunsAsNode(where);
  return { kind: "electron", file: electronAsNode(where) };
}

function shippedNode({ resourcesPath, platform }: Surroundings): string | undefined {
  if (resourcesPath === undefined) return undefined;
  const file = SHIPPED.map((name) => path.join(resourcesPath, name)).find((candidate) => fs.existsSync(candidate));
  if (file === undefined || platform === "win32") return file;
  try {
    fs.accessSync(file, fs.constants.X_OK);
  } catch (cause) {
    throw new ForkError("ERR_FORK_RUNTIME", `the Node that came with the app, '${file}', is not executable`, { cause });
  }
  return file;
}

/** The executable of this Electron that runs as Node, if it is allowed to. */
export function electronAsNode({ platform, execPath, helperExecPath }: Surroundings): string {
  if (platform !== "darwin") return execPath;
  const helper = `${path.basename(execPath)} Helper`;
  return helperExecPath ?? path.join(execPath, "../../Frameworks", `${helper}.app`, "Contents/MacOS", helper);
}

/**
 * An Electron that is not allowed to run as Node would start the app once more instead.
 * @throws ForkError ERR_FORK_RUNTIME
 */
export function assertRunsAsNode(where: Surroundings): void {
  const binary = fusedBinary(where);
  let fuse: Fuse | undefined;
  try {
    fuse = runAsNodeFuse(binary, where.platform);
  } catch (cause) {
    throw noRuntime(where, `the fuses of '${binary}' can't be read (${(cause as Error).message})`, cause);
  }
  if (fuse === undefined) throw noRuntime(where, `no fuses were found in '${binary}'`);
  if (fuse !== "on") throw noRuntime(where, `the fuse runAsNode of '${binary}' is ${fuse}`);
}

function fusedBinary({ platform, execPath }: Surroundings): string {
  const framework = "../../Frameworks/Electron Framework.framework/Electron Framework";
  return platform === "darwin" ? path.join(execPath, framework) : execPath;
}

function noRuntime({ resourcesPath = "resources" }: Surroundings, why: string, cause?: unknown): ForkError {
  const place = path.join(resourcesPath, SHIPPED[0] as string);
  const message = `nothing can host templates: ${why}. Ship a Node with the app, as '${place}' (electron-builder: extraResources), or name one by the option 'runtime'`;
  return new ForkError("ERR_FORK_RUNTIME", message, { cause });
}
