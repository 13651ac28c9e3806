/** A fresh runtime on its way to say hello. Until then it may be anything. */
import { PROTOCOL_VERSION } from "../../helper/protocol/message.cjs";
import type { Hello } from "../../helper/protocol/plans.cjs";
import type { Stdio } from "../handles/stdio.js";
import { chooseRuntime, type Runtime } from "../runtime/runtime.js";
import { type Launched, launch, runtimeError } from "./launch.js";
import type { ExecOptions } from "./options.js";

const START_TIMEOUT_MS = 30_000;

/** What trial forks have shown in this program, by the runtime's path: undefined is a pass. */
const verdicts = new Map<string, string | undefined>();

export interface StartedRuntime extends Launched {
  runtime: Runtime;
}

/**
 * @param stdio stays the caller's
 * @throws ForkError ERR_FORK_RUNTIME, ERR_FORK_SYSTEM, ERR_FORK_UNSUPPORTED
 */
export function startRuntime(options: ExecOptions, stdio: Stdio | undefined): StartedRuntime {
  const runtime = chooseRuntime(options);
  const { title, cwd, detached = false, program = false, priority } = options;
  runtime.unforkable ??= verdicts.get(runtime.file);
  const tryFork = runtime.unforkable === undefined && !verdicts.has(runtime.file);
  const template = options.type === "template";
  return { ...launch({ runtime, title, cwd, detached, template, tryFork, program, priority, stdio }), runtime };
}

/** @param heard called once, if it says hello in time, with why it can't be forked */
export function awaitHello(
  { connection, runtime }: StartedRuntime,
  timeoutMs: number = START_TIMEOUT_MS,
  heard: (unforkable: string | undefined) => void,
): void {
  const timer = setTimeout(() => connection.end(new Error(`it said nothing for ${timeoutMs} ms`)), timeoutMs);
  timer.unref();
  connection.events.explain = (error) => {
    clearTimeout(timer);
    // Whatever it is, it is nothing that would end with its channel.
    connection.kill("SIGKILL");
    return error.code === "ERR_FORK_DIED" || error.code === "ERR_FORK_PROTOCOL" ? runtimeError(runtime, error) : error;
  };
  connection.events.hello = (hello) => {
    if (hello.protocol !== PROTOCOL_VERSION) return connection.end(wrongVersion(hello));
    clearTimeout(timer);
    delete connection.events.explain;
    if (runtime.unforkable === undefined) verdicts.set(runtime.file, hello.unforkable);
    heard(hello.unforkable);
  };
}

function wrongVersion({ protocol }: Hello): Error {
  return new Error(`it speaks version ${protocol} of the protocol, this is ${PROTOCOL_VERSION}`);
}
