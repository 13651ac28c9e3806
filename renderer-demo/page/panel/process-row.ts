/** One process in the list. */
import type { ProcessKind, ProcessNews } from "../../contract/events.js";
import { make, setText } from "../dom.js";

const TITLES: Record<ProcessKind, string> = {
  main: "main process",
  template: "template",
  "default template": "default template",
  worker: "worker",
};

const MB = 1024 * 1024;
/** A job that takes longer is worth its time being shown. */
const LONG_MS = 300;

export class ProcessRow {
  readonly element: HTMLLIElement;
  readonly #job = make("span", "job");
  readonly #memory = make("span", "memory-text");
  readonly #own = make("span", "own");
  readonly #shared = make("span", "shared");

  constructor({ pid, kind }: ProcessNews, onEnd: (pid: number, signal: "SIGKILL" | "SIGSEGV") => void) {
    this.element = make("li", `process ${kind.replace(" ", "-")}`);
    const head = make("div", "process-head");
    head.append(make("span", "process-title", TITLES[kind]), make("span", "pid", String(pid)), this.#job, this.#memory);
    if (kind === "template" || kind === "worker") {
      const actions = make("span", "actions");
      const act = (text: string, label: string, signal: "SIGKILL" | "SIGSEGV") => {
        const button = make("button", "act", text);
        button.setAttribute("aria-label", `${label} ${TITLES[kind]} ${pid}`);
        button.title = `${label} it: ${signal}`;
        button.addEventListener("click", () => onEnd(pid, signal));
        actions.append(button);
      };
      act("kill", "Kill", "SIGKILL");
      if (kind === "worker") act("crash", "Crash", "SIGSEGV");
      head.append(actions);
    }
    const bar = make("div", "memory-bar");
    bar.append(this.#own, this.#shared);
    this.element.append(head, bar);
  }

  /** @param most bytes that fill the bar */
  update({ kind, job, busyMs = 0, jobs, own, shared }: ProcessNews, most: number): void {
    const seconds = busyMs > LONG_MS ? ` ${(busyMs / 1000).toFixed(1)} s` : "";
    const idle = kind === "worker" ? `idle${jobs === undefined ? "" : `, ${jobs.toLocaleString()} done`}` : "";
    setText(this.#job, job === undefined ? idle : `${job}${seconds}`);
    this.element.classList.toggle("busy", job !== undefined);
    setText(this.#memory, megabytes(own));
    this.#memory.title = `${megabytes(own)} of its own, ${megabytes(shared)} shared`;
    this.#own.style.width = `${(100 * own) / most}%`;
    this.#shared.style.width = `${(100 * shared) / most}%`;
  }
}

export function megabytes(bytes: number): string {
  const mb = bytes / MB;
  return mb >= 1000 ? `${(mb / 1024).toFixed(2)} GB` : `${mb < 10 ? mb.toFixed(1) : Math.round(mb)} MB`;
}
