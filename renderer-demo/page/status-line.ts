/** The line at the bottom. */
import type { EventOf } from "../contract/events.js";
import { byId, setText } from "./dom.js";

export class StatusLine {
  readonly #progress = byId("progress");
  readonly #about = byId("about");
  #count = 0;

  hello({ transport, node, version }: EventOf<"hello">): void {
    const where = transport === "Electron" ? "in Electron" : "in a browser, over 127.0.0.1";
    setText(this.#about, `desktop-fork ${version} · Node ${node.slice(1)} · ${where}`);
  }

  folder({ count }: EventOf<"folder">): void {
    this.#count = count;
  }

  pulse({ made, cached, failed, cancelled, waiting, filled }: EventOf<"pulse">): void {
    const parts = [
      `${made.toLocaleString()} made`,
      `${cached.toLocaleString()} from the cache`,
      `${cancelled.toLocaleString()} cancelled`,
    ];
    if (failed > 0) parts.push(`${failed.toLocaleString()} can't be shown`);
    if (waiting > 0) parts.push(`${waiting.toLocaleString()} waiting`);
    if (filled !== undefined) parts.push(`whole folder: ${filled.toLocaleString()} of ${this.#count.toLocaleString()}`);
    setText(this.#progress, parts.join(" · "));
  }
}
