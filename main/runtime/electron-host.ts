/** What hosts a process, and in which environment, when its creator does not say. */
import { environmentForNode } from "./electron-environment.js";
import { assertRunsAsNode, electronAsNode, findRuntime, surroundings } from "./electron-runtime.js";

type Environment = Readonly<Record<string, string | undefined>>;

export interface HostOptions {
  /** Path of the executable. */
  runtime: string | undefined;
  env: Environment | undefined;
  /** The environment is that of an Electron app, whatever runs this program. */
  app: boolean;
}

export interface Host {
  file: string;
  env: Environment;
}

/** @throws ForkError ERR_FORK_RUNTIME when there is nothing that can host a process */
export function chooseHost({ runtime, env, app }: HostOptions, where = surroundings()): Host {
  const file = runtime ?? findRuntime(where).file;
  if (where.electron && (file === where.execPath || file === electronAsNode(where))) {
    assertRunsAsNode(where);
    return { file, env: { ...(env ?? process.env), ELECTRON_RUN_AS_NODE: "1" } };
  }
  return { file, env: env ?? (app || where.electron ? environmentForNode(process.env) : process.env) };
}
