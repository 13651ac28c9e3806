/** What a template loads after its hello, so that its children find it loaded. */
import { loadFileOutput, loadTty, loadV8 } from "../fork/late-modules.cjs";
import { loadNet } from "../protocol/open-socket.cjs";

/** Further calls take no time. */
export function loadForChildren(): void {
  loadV8();
  loadNet();
  loadTty();
  loadFileOutput();
  performance.now(); // Node loads its clock at the first use
}
