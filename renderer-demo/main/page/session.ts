/** One page: the folder that it shows, and what it asks for. */
import { type Command, type CommandName, type Fields, readCommand } from "../../contract/commands.js";
import type { FolderNews, ProgramsDone } from "../../contract/events.js";
import { browse, octetsOf } from "../folder/browse.js";
import { explain } from "../folder/explain.js";
import { OpenFolder } from "../folder/open-folder.js";
import type { Forks } from "../forks.js";
import { Supply, type ThumbnailSource } from "../pictures/supply.js";
import type { Transport } from "./transport.js";

type Handlers = { readonly [N in CommandName]: (fields: Fields<N>) => unknown };

/** What all pages share, as one of them may use it. */
export interface Host extends ThumbnailSource {
  readonly forks: Forks;
  readonly workers: ThumbnailSource["workers"] & { resize(count: number): void };
  /** The session is over. */
  forget(session: Session): void;
  /** What the people who run the program should know. */
  report(message: string): void;
  /** @returns false when none of the host's processes has this pid */
  end(pid: number, signal: NodeJS.Signals): boolean;
  setBallast(megabytes: number): Promise<void>;
  startPrograms(wish: Fields<"programs">): Promise<ProgramsDone>;
}

export class Session {
  readonly transport: Transport;
  readonly #host: Host;
  #folder: OpenFolder | undefined;
  #supply: Supply | undefined;
  #folders = 0;
  #filling = false;
  /** Names that the page has been told. */
  readonly #named = new Set<number>();

  constructor(host: Host, transport: Transport) {
    this.#host = host;
    this.transport = transport;
  }

  /** How many pictures of the folder have been through, when it is being filled. */
  get filled(): number | undefined {
    return this.#filling ? this.#supply?.filled : undefined;
  }

  get waiting(): number {
    return this.#supply?.waiting ?? 0;
  }

  /** @throws BadCommand when it is none */
  receive(value: unknown): void {
    const command = readCommand(value);
    void this.#do(command).catch((error) => this.#fail(error as Error));
  }

  openFolder(root: string): void {
    this.#leave();
    const { forks } = this.#host;
    this.#named.clear();
    const folder = new OpenFolder({ id: ++this.#folders, root, forks, onNews: (news) => this.#onNews(news) });
    this.#folder = folder;
    this.#supply = new Supply({ source: this.#host, folder, send: (event) => this.transport.send(event) });
  }

  close(): void {
    this.#leave();
    this.#host.forget(this);
  }

  readonly #handlers: Handlers = {
    choose: async () => {
      const chosen = await this.transport.chooseFolder?.();
      if (chosen !== undefined) this.openFolder(octetsOf(Buffer.from(chosen)));
    },
    open: ({ folder }) => {
      if (!this.#hasDialog()) this.openFolder(folder);
    },
    browse: async ({ folder }) => {
      if (!this.#hasDialog()) this.transport.send(await browse(folder));
    },
    reload: () => {
      if (this.#folder !== undefined) this.openFolder(this.#folder.root);
    },
    want: ({ folder, pictures }) => {
      if (folder !== this.#folder?.id) return;
      this.#tellNames(this.#folder, pictures);
      this.#supply?.want(pictures);
    },
    view: ({ folder, picture }) => {
      if (folder === this.#folder?.id) this.#supply?.view(picture);
    },
    fill: ({ on }) => {
      this.#filling = on;
      this.#supply?.fill(on);
    },
    workers: ({ count }) => this.#host.workers.resize(count),
    end: ({ pid, signal }) => {
      if (!this.#host.end(pid, signal)) this.#notice("error", `There is no process ${pid} any more.`);
    },
    ballast: ({ megabytes }) => this.#host.setBallast(megabytes),
    programs: async (wish) => this.transport.send(await this.#host.startPrograms(wish)),
  };

  async #do(command: Command): Promise<void> {
    await (this.#handlers[command.name] as (fields: Command) => unknown)(command);
  }

  /** With the system's dialog the page has no say in which folder it sees. */
  #hasDialog(): boolean {
    return this.transport.chooseFolder !== undefined;
  }

  #onNews(news: FolderNews): void {
    if (news.folder !== this.#folders) return;
    this.transport.send(news);
    this.#supply?.grown(this.#filling);
  }

  #tellNames(folder: OpenFolder, pictures: readonly number[]): void {
    const names: [number, string][] = [];
    for (const picture of pictures) {
      if (this.#named.has(picture)) continue;
      const name = folder.name(picture);
      if (name === undefined) continue;
      this.#named.add(picture);
      names.push([picture, name]);
    }
    if (names.length > 0) this.transport.send({ name: "names", folder: folder.id, names });
  }

  #leave(): void {
    this.#supply?.close();
    this.#folder?.close();
    this.#supply = undefined;
    this.#folder = undefined;
  }

  #fail(error: Error): void {
    this.#host.report(error.stack ?? error.message);
    this.#notice("error", explain(error));
  }

  #notice(level: "info" | "error", text: string): void {
    this.transport.send({ name: "notice", level, text });
  }
}
