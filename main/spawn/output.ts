/** A program's output, collected until its end or until it is too much. */
import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { getSystemErrorName } from "node:util";
import { bufferExceeded } from "./node-errors.js";

export type Callback = (error: Error | null, stdout: string | Buffer, stderr: string | Buffer) => void;

export interface OutputOptions {
  encoding?: unknown;
  /** In milliseconds; 0: none. */
  timeout?: number | null | undefined;
  /** In bytes, of each stream. */
  maxBuffer?: number | null | undefined;
  killSignal?: NodeJS.Signals | number | null | undefined;
}

export interface Collecting {
  child: ChildProcess;
  options: OutputOptions;
  /** As a person would type it. */
  command: string;
  /** Called once. */
  callback: Callback | undefined;
}

const MAX_BUFFER_BYTES = 1024 * 1024;

class Output {
  readonly #stream: Readable | null;
  readonly #chunks: (string | Buffer)[] = [];
  readonly #encoding: BufferEncoding | undefined;
  #bytes = 0;

  /** @param exceeded called for what goes beyond `maxBytes`, which is not kept */
  constructor(stream: Readable | null, encoding: BufferEncoding | undefined, maxBytes: number, exceeded: () => void) {
    this.#stream = stream;
    this.#encoding = encoding;
    if (stream === null) return;
    if (encoding !== undefined) stream.setEncoding(encoding);
    stream.on("data", (chunk: string | Buffer) => {
      const before = this.#bytes;
      this.#bytes +=
        typeof chunk === "string" ? Buffer.byteLength(chunk, stream.readableEncoding ?? "utf8") : chunk.length;
      const isTooMuch = this.#bytes > maxBytes;
      this.#chunks.push(isTooMuch ? chunk.slice(0, maxBytes - before) : chunk);
      if (isTooMuch) exceeded();
    });
  }

  take(): string | Buffer {
    if (this.#encoding !== undefined || this.#stream?.readableEncoding) return this.#chunks.join("");
    return Buffer.concat(this.#chunks as Buffer[]);
  }
}

/** Calls back when the program has ended and its streams are closed, or when it could not be started. */
export function collectOutput({ child, options, command, callback }: Collecting): void {
  const { encoding, timeout, maxBuffer, killSignal } = {
    encoding: "utf8",
    timeout: 0,
    maxBuffer: MAX_BUFFER_BYTES,
    killSignal: "SIGTERM" as const,
    ...options,
  };
  let failure: (Error & { cmd?: string }) | undefined;
  let isKilled = false;
  let isDone = false;

  const text = typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : undefined;
  const outputOf = (name: "stdout" | "stderr") =>
    new Output(child[name], text, maxBuffer as number, () => {
      failure = bufferExceeded(name);
      kill();
    });
  const stdout = outputOf("stdout");
  const stderr = outputOf("stderr");
  const timer = (timeout ?? 0) > 0 ? setTimeout(kill, timeout as number) : undefined;

  child.on("close", finish);
  child.on("error", (error) => {
    failure = error;
    closeStreams();
    finish();
  });

  function closeStreams(): void {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }

  function kill(): void {
    closeStreams();
    isKilled = true;
    try {
      child.kill(killSignal ?? undefined);
    } catch (error) {
      failure = error as Error;
      finish();
    }
  }

  function finish(code?: number | null, signal?: NodeJS.Signals | null): void {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    if (callback === undefined) return;
    const out = stdout.take();
    const err = stderr.take();
    if (failure === undefined && code === 0 && signal === null) return callback(null, out, err);
    failure ??= Object.assign(new Error(`Command failed: ${command}\n${err}`), {
      code: typeof code === "number" && code < 0 ? getSystemErrorName(code) : code,
      killed: child.killed || isKilled,
      signal,
    });
    failure.cmd = command;
    callback(failure, out, err);
  }
}
