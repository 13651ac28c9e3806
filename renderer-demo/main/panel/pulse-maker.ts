/** Tells the pages several times a second how the processes are. */
import type { Pulse } from "../../contract/events.js";
import type { Forks } from "../forks.js";
import type { Session } from "../page/session.js";
import type { Counts } from "../pictures/counts.js";
import type { PictureWorkers } from "../pictures/picture-workers.js";
import type { Ballast } from "./ballast.js";
import { HoldUps } from "./hold-ups.js";
import { ProcessList } from "./process-list.js";

const INTERVAL_MS = 200;

/** What a pulse tells about. */
export interface PulseSources {
  /** The pages that are told. */
  sessions: ReadonlySet<Session>;
  forks: Forks;
  workers: PictureWorkers;
  counts: Counts;
  ballast: Ballast;
}

export class PulseMaker {
  readonly #sources: PulseSources;
  readonly #holdUps = new HoldUps();
  readonly #processes: ProcessList;
  readonly #timer: NodeJS.Timeout;
  #beating = false;

  constructor(sources: PulseSources) {
    this.#sources = sources;
    this.#processes = new ProcessList(sources);
    this.#timer = setInterval(() => void this.#beat(), INTERVAL_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#holdUps.close();
  }

  async #beat(): Promise<void> {
    const { sessions } = this.#sources;
    if (sessions.size === 0) this.#holdUps.take(); // nobody has felt them
    if (this.#beating || sessions.size === 0) return;
    this.#beating = true;
    try {
      const common = await this.#common();
      for (const session of sessions) session.transport.send({ ...common, ...own(session) });
    } finally {
      this.#beating = false;
    }
  }

  async #common(): Promise<Omit<Pulse, "waiting">> {
    const { workers, counts, ballast } = this.#sources;
    return {
      name: "pulse",
      processes: await this.#processes.look(),
      workers: workers.count,
      ...counts,
      ballast: ballast.size,
      starts: workers.takeStarts(),
      holdUps: this.#holdUps.take(),
    };
  }
}

function own({ waiting, filled }: Session): Pick<Pulse, "waiting" | "filled"> {
  return filled === undefined ? { waiting } : { waiting, filled };
}
