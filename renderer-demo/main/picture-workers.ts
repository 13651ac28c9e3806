/** The pool that makes thumbnails. */
import { createPool, type Pool } from "desktop-fork/pool";
import type { ThumbnailReply, ThumbnailRequest } from "../worker/thumbnail.js";
import type { Forks } from "./forks.js";

type Thumbnails = typeof import("../worker/thumbnail.js");

const MODULE = new URL("../worker/thumbnail.js", import.meta.url);
/** The largest pictures that are read at all take a few seconds. */
const TIMEOUT_MS = 60_000;
/** Somebody else may have ended the worker; a picture that ends two is not tried a third time. */
const RETRIES = 1;
/** A worker that has had so many pictures makes room for a fresh one, which is a few milliseconds' work. */
const PICTURES_PER_WORKER = 500;

/** A worker as the panel shows it. */
export interface WorkerView {
  pid: number;
  /** What it is busy with, for people. */
  job?: string | undefined;
  busyMs?: number | undefined;
  jobs: number;
}
