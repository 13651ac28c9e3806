/** What a connection tells the one that made it. */
import type { ExitReport, Hello } from "../../helper/protocol/plans.cjs";
import type { ForkError } from "../base/errors.js";

export interface ConnectionEvents {
  /** Called once, for a fresh runtime. */
  hello?(hello: Hello): void;
  /** Puts a failure into better words. */
  explain?(error: ForkError): ForkError;
  /** A request was answered, or failed; or nothing will be answered any more. */
  answered?: (() => void) | undefined;
  /** Nothing more can be asked of this process. Called once, unless it was closed. Undefined: nobody has to be told. */
  failed?: ((error: ForkError) => void) | undefined;
  /** A child of this process has ended that was started before it was given to this program. */
  strangerEnded?(report: ExitReport): void;
  /** It has ended, and all that it said has been read. May be called more than once. */
  over?(): void;
}
