/** What the main process tells the page. */
import type { Octets } from "./checks.js";

/** Once, first of all. */
export interface Hello {
  readonly name: "hello";
  /** What carries the messages, for people. */
  readonly transport: "Electron" | "web";
  /** Whether `choose` opens the system's dialog; else the page has its own. */
  readonly hasDialog: boolean;
  readonly version: string;
  readonly node: string;
  readonly processors: number;
  /** How many megabytes `ballast` may ask for. */
  readonly mostBallast: number;
  readonly places: readonly Place[];
}

export interface Place {
  /** For people. */
  readonly label: string;
  readonly folder: Octets;
}

export type FolderState = "none" | "listing" | "ready" | "failed" | "gone";

/** The open folder, whenever something about it changes. */
export interface FolderNews {
  readonly name: "folder";
  /** Counts the folders that were opened: what the page says about pictures names it. */
  readonly folder: number;
  readonly state: FolderState;
  /** For people. */
  readonly path: string;
  readonly count: number;
  /** Folders below that could not be looked at. */
  readonly troubles: number;
  /** Why it failed. */
  readonly message?: string;
  /** Something in it has changed since it was listed. */
  readonly changed?: boolean;
}

export interface Names {
  readonly name: "names";
  readonly folder: number;
  readonly names: readonly (readonly [picture: number, name: string])[];
}

export interface Thumbnail {
  readonly name: "thumbnail";
  readonly folder: number;
  readonly picture: number;
  /** A PNG file. */
  readonly octets: Uint8Array;
}

/** One picture, large. */
export interface View extends Omit<Thumbnail, "name"> {
  readonly name: "view";
}

export interface Failed {
  readonly name: "failed";
  readonly folder: number;
  readonly picture: number;
  readonly large: boolean;
  /** Why there is no thumbnail, for people. */
  readonly reason: string;
}

export interface Browsed {
  readonly name: "browsed";
  readonly folder: Octets;
  readonly path: string;
  /** Undefined at the root. */
  readonly parent?: Octets | undefined;
  readonly folders: readonly Place[];
  /** Why it could not be read. */
  readonly message?: string;
}

export type ProcessKind = "main" | "template" | "worker" | "default template";

export interface ProcessNews {
  readonly pid: number;
  readonly kind: ProcessKind;
  /** What it is busy with; undefined: nothing. */
  readonly job?: string | undefined;
  /** For how long, in milliseconds. */
  readonly busyMs?: number | undefined;
  readonly jobs?: number | undefined;
  /** Bytes that are its own (USS), and bytes that it shares with others. */
  readonly own: number;
  readonly shared: number;
}

/** Several times a second. */
export interface Pulse {
  readonly name: "pulse";
  readonly processes: readonly ProcessNews[];
  /** How many workers there shall be. */
  readonly workers: number;
  /** Pictures since the start: made by a worker, found in the cache, impossible, cancelled before they were begun. */
  readonly made: number;
  readonly cached: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly waiting: number;
  /** Of the open folder, when it is being filled: how many pictures have been through. */
  readonly filled?: number | undefined;
  readonly ballast: number;
  /** Worker starts since the last pulse: milliseconds from the call to the worker's answer. */
  readonly starts: readonly number[];
  /** Since the last pulse: for how long the main process's event loop was held up, in milliseconds, each time. */
  readonly holdUps: readonly number[];
}

/** How the programs that were started went. */
export interface ProgramsDone {
  readonly name: "programs";
  readonly by: "desktop-fork" | "child_process";
  readonly count: number;
  readonly failed: number;
  /** From the first call to the last end. */
  readonly tookMs: number;
  /** The longest that the event loop was held up by one start, and by all. */
  readonly longestHoldUpMs: number;
  readonly holdUpMs: number;
}

/** Something that people should know. */
export interface Notice {
  readonly name: "notice";
  readonly level: "info" | "error";
  readonly text: string;
}

export type GalleryEvent =
  | Hello
  | FolderNews
  | Names
  | Thumbnail
  | View
  | Failed
  | Browsed
  | Pulse
  | ProgramsDone
  | Notice;

export type EventName = GalleryEvent["name"];
export type EventOf<N extends EventName> = Extract<GalleryEvent, { name: N }>;
