/** desktop-fork in an Electron app. */
import { checkOptions, type OptionSchema } from "../base/check-options.js";
import { ForkError } from "../base/errors.js";
import { FLAG, integer, MAX_TIME_MS, milliseconds, NAME, OBJECT, RUNTIME_KINDS } from "../base/option-kinds.js";
import { type ProcessMetric, processMetrics } from "../metrics/process-metrics.js";
import { isPackaged } from "../runtime/electron-packaged.js";
import { chooseRuntime, type RuntimeOptions, setAppDefaults } from "../runtime/runtime.js";
import { type DefaultTemplateOptions, startDefaultTemplate } from "../template/default-template.js";
import { endProcesses, hasWorkers, killProcesses } from "../template/shutdown.js";
import { type App, electronApp } from "./app.js";
import { endWithApp } from "./quit.js";

export type { ProcessMetric } from "../metrics/process-metrics.js";
export type { App, QuitEvent } from "./app.js";

export interface DesktopForkOptions extends RuntimeOptions, DefaultTemplateOptions {
  /** Electron's `app`. Default: that of the main process in which this is called. */
  app?: App;
  /**
   * How long workers may take to end when the app quits, in milliseconds: they get SIGTERM, and after that time SIGKILL.
   * Default: 2000. 0 kills at once.
   */
  quitTimeoutMs?: number;
  /**
   * Whether the environment that the app was started with may say what its processes run: `DESKTOP_FORK_*`, NODE_OPTIONS
   * and the like. Default: in development; a packaged app ignores and removes them, as its fuses do for itself.
   */
  trustEnvironment?: boolean;
}

export interface DesktopFork {
  /** Path of the executable that hosts templates. */
  readonly runtime: string;
  /** Resolves when the default template is ready; rejects with what went wrong. */
  ready(): Promise<void>;
  /**
   * Figures of all templates and workers, to be put beside those of `app.getAppMetrics()`. Linux only.
   * @throws ForkError ERR_FORK_UNSUPPORTED elsewhere
   */
  metrics(): Promise<ProcessMetric[]>;
  /** Ends every process, as at quit: gracefully, then by force. None can be started afterwards. Never rejects. */
  close(): Promise<void>;
}

const QUIT_TIMEOUT_MS = 2000;
/** Longer waits would be taken for a hang, and end up as a timer of no time at all. */
const MAX_QUIT_TIMEOUT_MS = 60_000;

const ELECTRON_OPTIONS: OptionSchema<DesktopForkOptions> = {
  what: "desktopFork",
  kinds: {
    ...RUNTIME_KINDS,
    app: OBJECT,
    trustEnvironment: FLAG,
    quitTimeoutMs: milliseconds({ most: MAX_QUIT_TIMEOUT_MS }),
    cwd: NAME,
    spares: integer(),
    startTimeoutMs: integer({ least: 1, most: MAX_TIME_MS }),
  },
};

let called = false;

/**
 * Call it once, at the top of the main process, before the app is `ready`. The default template is executed now. Its
 * runtime, as that of every other template, is a Node that was shipped in the app's resources (`node/bin/node`); else this
 * Electron running as Node, if its fuse allows that. All processes end with the app: when it quits, and when it crashes.
 *
 * The options about runtime and environment count for every template and process that says nothing else.
 *
 * @throws ForkError ERR_FORK_RUNTIME when nothing can host templates; the message says what to do. ERR_FORK_UNSUPPORTED
 *   outside an Electron main process. ERR_FORK_ARGUMENT when it is called twice, or late: after a template was used
 */
export function desktopFork(options: DesktopForkOptions = {}): DesktopFork {
  checkOptions(ELECTRON_OPTIONS, options);
  const {
    app = electronApp(),
    quitTimeoutMs = QUIT_TIMEOUT_MS,
    cwd,
    spares,
    startTimeoutMs,
    trustEnvironment,
    ...defaults
  } = options;
  if (called) throw new ForkError("ERR_FORK_ARGUMENT", "desktopFork() was called already");
  const isClosed = trustEnvironment === undefined ? (app.isPackaged ?? isPackaged()) : !trustEnvironment;
  setAppDefaults(defaults, isClosed);
  const { file } = chooseRuntime({});
  const template = startDefaultTemplate({ cwd, spares, startTimeoutMs });
  called = true;
  endWithApp(app, {
    needed: () => quitTimeoutMs > 0 && hasWorkers(),
    end: () => endProcesses(quitTimeoutMs),
    kill: killProcesses,
  });
  return {
    runtime: file,
    ready: () => template.ready(),
    metrics: processMetrics,
    close: () => endProcesses(quitTimeoutMs),
  };
}
