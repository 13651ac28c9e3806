/** How processes end. */
import { constants } from "node:os";
import type { ExitReport } from "../../helper/protocol/plans.cjs";
import type { WaitStatus } from "../../native/addon/addon.cjs";

/** As of `child_process`: exactly one is null. Both are when whoever could have told ended first. */
export interface ExitStatus {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export const UNKNOWN_STATUS: ExitStatus = { code: null, signal: null };

const CLD_EXITED = 1;

const SIGNAL_NAMES = new Map(
  (Object.entries(constants.signals) as [NodeJS.Signals, number][])
    .filter(([name]) => name !== "SIGIOT" && name !== "SIGPOLL" && name !== "SIGUNUSED")
    .map(([name, number]) => [number, name]),
);

export function statusOfReport({ code, signal }: ExitReport): ExitStatus {
  return { code, signal: signal === null ? null : signalName(signal) };
}

export function statusOfWait([siCode, siStatus]: WaitStatus): ExitStatus {
  return siCode === CLD_EXITED ? { code: siStatus, signal: null } : { code: null, signal: signalName(siStatus) };
}

export function reportOfStatus(pid: number, { code, signal }: ExitStatus): ExitReport {
  return { pid, code, signal: signal === null ? null : (constants.signals[signal] ?? Number(signal.slice(3))) };
}

/** Real-time signals have no name in Node. */
function signalName(number: number): NodeJS.Signals {
  return SIGNAL_NAMES.get(number) ?? (`SIG${number}` as NodeJS.Signals);
}

/** For messages: "exited with code 3", "was killed by SIGKILL". */
export function describeStatus({ code, signal }: ExitStatus): string {
  if (signal !== null) return `was killed by ${signal}`;
  return code === null ? "ended" : `exited with code ${code}`;
}
