/** Checked by the compiler alone: what the library asks of Electron, and gives for it, fits Electron's own types. */
import type { App as ElectronApp, ProcessMetric as ElectronMetric } from "electron";
import { type App, type DesktopFork, desktopFork, type ProcessMetric } from "../../main/electron/index.js";

type Fits<Given extends Wanted, Wanted> = Given;

export type AppFits = Fits<ElectronApp, App>;
export type FiguresFit = Fits<Omit<ProcessMetric, "type">, Omit<ElectronMetric, "type">>;

export function fromTheMainProcess(app: ElectronApp): DesktopFork {
  return desktopFork({ app, quitTimeoutMs: 500, runtime: "/opt/node/bin/node", spares: 2 });
}

export function all(ours: ProcessMetric[], app: ElectronApp): Pick<ElectronMetric, "pid" | "cpu" | "memory">[] {
  return [...app.getAppMetrics(), ...ours];
}
