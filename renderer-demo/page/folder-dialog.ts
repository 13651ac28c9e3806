/** Choosing a folder where the system has no dialog for the page. */
import type { Octets } from "../contract/checks.js";
import type { Command } from "../contract/commands.js";
import type { EventOf, Place } from "../contract/events.js";
import { button, byId, make, setText } from "./dom.js";

export class FolderDialog {
  readonly #dialog = byId("folders", HTMLDialogElement);
  readonly #path = byId("folders-path", HTMLInputElement);
  readonly #list = byId("folders-list", HTMLUListElement);
  readonly #places = byId("folders-places", HTMLUListElement);
  readonly #message = byId("folders-message", HTMLParagraphElement);
  readonly #send: (command: Command) => void;
  /** What the list shows, and the text that stands for it. */
  #shown: { folder: Octets; path: string } | undefined;
  /** Whether people have typed since the last question: an answer that comes late takes nothing away from them. */
  #edited = false;

  constructor(send: (command: Command) => void) {
    this.#send = send;
    this.#path.addEventListener("input", () => {
      this.#edited = true;
    });
    byId("folders-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#browse(this.#typed());
    });
    button("folders-cancel", () => this.#dialog.close());
    button("folders-open", () => {
      this.#send({ name: "open", folder: this.#typed() });
      this.#dialog.close();
    });
  }

  setPlaces(places: readonly Place[]): void {
    this.#places.replaceChildren(...places.map((place) => this.#entry(place)));
  }

  /** @param path where to begin */
  open(path: string): void {
    this.#dialog.showModal();
    this.#path.value = path;
    this.#browse(this.#typed());
    this.#path.select();
  }

  browsed({ folder, path, parent, folders, message }: EventOf<"browsed">): void {
    if (!this.#dialog.open) return;
    this.#shown = { folder, path };
    if (!this.#edited) this.#path.value = path;
    const up = parent === undefined ? [] : [{ label: "..", folder: parent }];
    this.#list.replaceChildren(...[...up, ...folders].map((place) => this.#entry(place)));
    setText(this.#message, message ?? (folders.length === 0 ? "There are no folders in it." : ""));
  }

  #entry({ label, folder }: Place): HTMLLIElement {
    const entry = make("li");
    const open = make("button", "entry", label);
    open.type = "button";
    if (label === "..") open.setAttribute("aria-label", "The folder above");
    open.addEventListener("click", () => this.#browse(folder));
    entry.append(open);
    return entry;
  }

  #browse(folder: Octets): void {
    this.#edited = false;
    this.#send({ name: "browse", folder });
  }

  /** A name that is no text can be chosen, though it can't be typed. */
  #typed(): Octets {
    const text = this.#path.value.trim();
    if (this.#shown !== undefined && this.#shown.path === text) return this.#shown.folder;
    const octets = new TextEncoder().encode(text.startsWith("/") ? text : `/${text}`);
    return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  }
}
