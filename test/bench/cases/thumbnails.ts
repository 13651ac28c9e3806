/**
 * The whole thumbnail job on 200 pictures: workers forked from a template, against as many children of
 * `child_process.fork` that run the same code. Their start is included; each run has a new parent and an empty cache.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ThumbnailSummary } from "../../../main/thumbnails/job.js";
import { makePictures, ROOT } from "../../support/thumbnails.js";

const PICTURES = 200;
const ROUNDS = 5;
const RUNNER = path.join(ROOT, "test/fixtures/thumbnails/timed-run.mjs");

export interface ThumbnailsResult {
  ours: number[];
  rival: number[];
  unit: "pictures/s";
}

export async function thumbnailsCase(rounds = ROUNDS): Promise<ThumbnailsResult> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-bench-"));
  try {
    const pictures = path.join(folder, "pictures");
    fs.mkdirSync(pictures);
    makePictures(pictures, { name: "*.jpg", width: 1600, height: 1200, format: "jpeg", count: PICTURES });
    const result: ThumbnailsResult = { ours: [], rival: [], unit: "pictures/s" };
    for (let round = 0; round < rounds; round++) {
      // Taking turns: whatever else the machine does hits both.
      result.ours.push(timedRun("template", pictures, path.join(folder, `ours${round}`)));
      result.rival.push(timedRun("child_process", pictures, path.join(folder, `rival${round}`)));
    }
    return result;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function timedRun(source: "template" | "child_process", pictures: string, out: string): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const args = [RUNNER, source, pictures, out, String(os.availableParallelism())];
  const printed = execFileSync(process.execPath, args, { env, encoding: "utf8" });
  const { made, picturesPerSecond } = JSON.parse(printed) as ThumbnailSummary;
  if (made !== PICTURES) throw new Error(`${made} of ${PICTURES} thumbnails were made`);
  return picturesPerSecond;
}
