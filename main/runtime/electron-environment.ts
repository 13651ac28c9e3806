/** What of an Electron app's environment is meant for Electron's own libraries, and would harm a Node. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Lists of folders that the start script of an AppImage puts its own at the head of. */
const LISTS = ["LD_LIBRARY_PATH", "GSETTINGS_SCHEMA_DIR"];

/**
 * The environment for a stock Node: without preloaded libraries (a system GLib in the process makes native modules fail
 * that bring their own), and without the libraries of the AppImage that runs.
 */
export function environmentForNode(env: Environment): Record<string, string | undefined> {
  const clean: Record<string, string | undefined> = { ...env };
  delete clean["LD_PRELOAD"];
  delete clean["ELECTRON_RUN_AS_NODE"];
  const mount = env["APPDIR"];
  if (mount) for (const name of LISTS) clean[name] = withoutFolders(clean[name], mount);
  return clean;
}

function withoutFolders(list: string | undefined, mount: string): string | undefined {
  const others = list?.split(":").filter((folder) => folder !== mount && !folder.startsWith(`${mount}/`));
  return others?.join(":") || undefined;
}
