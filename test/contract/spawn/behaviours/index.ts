import type { Behaviour } from "../behaviour.js";
import { combinations } from "./combinations.js";
import { descriptors } from "./descriptors.js";
import { ends } from "./ends.js";
import { failures } from "./failures.js";
import { life } from "./life.js";
import { misuse } from "./misuse.js";
import { output } from "./output.js";
import { streams } from "./streams.js";
import { surroundings } from "./surroundings.js";

/** What node:child_process documents, and what its own tests look at, by theme. */
export const BEHAVIOURS: Readonly<Record<string, readonly Behaviour[]>> = {
  misuse,
  combinations,
  failures,
  surroundings,
  streams,
  descriptors,
  life,
  ends,
  output,
};
