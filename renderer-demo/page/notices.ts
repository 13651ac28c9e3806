/** Short messages that go away by themselves. */
import { byId, make } from "./dom.js";

const SHOWN_MS = 6000;
const MOST_SHOWN = 4;

export function showNotice(text: string, level: "info" | "error" = "info"): void {
  const list = byId("notices");
  const notice = make("p", `notice ${level}`, text);
  list.append(notice);
  while (list.childElementCount > MOST_SHOWN) list.firstElementChild?.remove();
  setTimeout(() => notice.remove(), SHOWN_MS);
}
