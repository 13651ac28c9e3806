/** The main process, its templates, and their workers. */
import type { ProcessNews } from "../../contract/events.js";
import { ProcessRow } from "./process-row.js";

const LEAST_SCALE = 64 * 1024 * 1024;

export class ProcessTree {
  readonly #list: HTMLUListElement;
  readonly #onEnd: (pid: number, signal: "SIGKILL" | "SIGSEGV") => void;
  readonly #rows = new Map<number, ProcessRow>();

  constructor(list: HTMLUListElement, onEnd: (pid: number, signal: "SIGKILL" | "SIGSEGV") => void) {
    this.#list = list;
    this.#onEnd = onEnd;
  }

  update(processes: readonly ProcessNews[]): void {
    const live = new Set(processes.map(({ pid }) => pid));
    for (const [pid, row] of this.#rows) {
      if (live.has(pid)) continue;
      row.element.remove();
      this.#rows.delete(pid);
    }
    // The main process may be far larger than all others, and has a scale of its own then.
    const others = processes.filter(({ kind }) => kind !== "main");
    const most = others.reduce((highest, { own, shared }) => Math.max(highest, own + shared), LEAST_SCALE);
    processes.forEach((process, index) => {
      let row = this.#rows.get(process.pid);
      if (row === undefined) {
        row = new ProcessRow(process, this.#onEnd);
        this.#rows.set(process.pid, row);
      }
      row.update(process, Math.max(most, process.own + process.shared));
      const there = this.#list.children[index];
      if (there !== row.element) this.#list.insertBefore(row.element, there ?? null);
    });
  }
}
