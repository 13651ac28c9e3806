/** The environment that everything measured runs in. */

/** They slow every start of Node down, and would flatter whoever starts it less often. */
const DISTURBING = ["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "NODE_V8_COVERAGE", "NODE_DEBUG", "NODE_COMPILE_CACHE"];

export function cleanEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env))
    if (DISTURBING.includes(name) || name.startsWith("DESKTOP_FORK_STRATEGY")) delete env[name];
  return env;
}
