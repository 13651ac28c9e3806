/** Tells the pages several times a second how the processes are. */
import type { Pulse } from "../../contract/events.js";
import type { Gallery } from "../gallery.js";
import type { Session } from "../session.js";
import { HoldUps } from "./hold-ups.js";
import { ProcessList } from "./process-list.js";

const INTERVAL_MS = 200;

export class PulseMaker {
  readonly #gallery: Gallery;
  readonly #holdUps = new HoldUps();
  readonly #processes: ProcessList;
  readonly #timer: NodeJS.Timeout;
  #beating = false;

  constructor(gallery: Gallery) {
    this.#gallery = gallery;
    this.#processes = new ProcessList(gallery);
    this.#timer = setInterval(() => void this.#beat(), INTERVAL_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#holdUps.close();
  }

  async #beat(): Promise<void> {
    const { sessions } = this.#gallery;
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
    const { workers, counts, ballast } = this.#gallery;
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
