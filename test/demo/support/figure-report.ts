/** Figures as they come, and which of them miss their goal. */

export interface Goal {
  value: number;
  /** In the figure's own unit; it may be reached. */
  most: number;
}

/** Frames end with the screen's refresh: three of them are 50 ms, give or take what a clock is wrong by. */
const CLOCK_MS = 0.5;
const MOST_FRAME_MS = 50;

export class FigureReport {
  readonly missed: string[] = [];

  add(what: string, figure: string, goal?: Goal): void {
    const isMissed = goal !== undefined && goal.value > goal.most;
    if (isMissed) this.missed.push(what.trim());
    const remark = goal === undefined ? "" : isMissed ? `  MISSED: at most ${goal.most}` : `  (goal: ${goal.most})`;
    process.stdout.write(`${what.padEnd(64)} ${figure}${remark}\n`);
  }

  /** @param milliseconds that each frame took */
  addFrames(what: string, milliseconds: readonly number[], hasGoal = true): void {
    const sorted = milliseconds.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const above = (ms: number) => milliseconds.filter((frame) => frame > ms + CLOCK_MS).length;
    const figure =
      `${sorted.length} frames: median ${at(0.5).toFixed(0)}, 99 % ${at(0.99).toFixed(0)}, longest ${at(1).toFixed(0)} ms; ` +
      `over 20, 34, 50 ms: ${above(20)}, ${above(34)}, ${above(MOST_FRAME_MS)}`;
    this.add(what, figure, hasGoal ? { value: at(1) - CLOCK_MS, most: MOST_FRAME_MS } : undefined);
  }
}
