/** The whole thumbnail job: workers of a pool, against as many children of `child_process.fork` that run the same code. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ThumbnailOptions } from "desktop-fork-thumbnails";
import { makePictures } from "../../support/thumbnails.js";
import type { BenchCase, SampleContext } from "../bench-case.js";
import { built } from "../support/programs.js";

const PICTURES = 150;

async function picturesPerSecond(context: SampleContext, options: Partial<ThumbnailOptions>): Promise<number> {
  const { makeThumbnails } = await import("desktop-fork-thumbnails");
  const pictures = context.times(PICTURES);
  const folder = built(`pictures-${pictures}`, (made) => {
    fs.mkdirSync(made);
    makePictures(made, { name: "*.jpg", width: 1600, height: 1200, format: "jpeg", count: pictures });
  });
  const out = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-bench-"));
  try {
    const summary = await makeThumbnails({ roots: [folder], out, jobs: os.availableParallelism(), ...options });
    if (summary.made !== pictures) throw new Error(`${summary.made} of ${pictures} thumbnails were made`);
    return summary.picturesPerSecond;
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}

export const thumbnailsCase: BenchCase = {
  name: "thumbnails",
  title: "Thumbnails of JPEG pictures of 1600 x 1200",
  unit: "pictures/s",
  better: "higher",
  variants: {
    "desktop-fork": (context) => picturesPerSecond(context, {}),
    "child_process.fork": async (context) => {
      const { childProcesses } = await import("../support/child-pictures.js");
      return picturesPerSecond(context, { workers: childProcesses });
    },
  },
  depths: ["normal", "full"],
  rounds: { normal: 3, full: 5 },
  tags: ["pool"],
  note: "From the call to the last thumbnail, the start of the template and of all workers included; an empty cache each time.",
};
