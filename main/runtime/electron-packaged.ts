/** A packaged Electron app whose fuses are closed must not be opened again by way of its processes. */

type Environment = Readonly<Record<string, string | undefined>>;

/** What makes a Node load or run other code than the app's, or trust others, and what is the library's own. */
const OPENERS =
  /^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_PATH|NODE_REPL_EXTERNAL_MODULE|NODE_COMPILE_CACHE|NODE_V8_COVERAGE|OPENSSL_CONF|OPENSSL_MODULES|DESKTOP_FORK_\w+)$/;

/** As Electron's `app.isPackaged` has it, where there is no `app` to be asked: a development Electron is the default app's. */
export function isPackaged(): boolean {
  const { type, defaultApp, versions } = process as NodeJS.Process & { type?: string; defaultApp?: boolean };
  return type === "browser" && "electron" in versions && defaultApp !== true;
}

/**
 * Without what the app has from outside. What the app has chosen itself, so that it differs from its own environment, stays.
 * @param own the app's
 */
export function withoutOpeners(env: Environment, own: Environment): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name, value]) => !OPENERS.test(name) || value !== own[name]);
  return Object.fromEntries(kept);
}
