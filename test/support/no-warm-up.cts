/** In place of helper/warm-up/warm-up.cts: nothing is done ahead of need. */
import type { WarmUp } from "../../helper/commands/warm-up.cjs";

const nothing = () => Promise.resolve();

export const warmUp: WarmUp = {
  loadForChildren: () => {},
  loadLoaders: nothing,
  template: nothing,
  spare: nothing,
  service: () => {},
  compactHeap: nothing,
};
