/** What the page knows of the pictures of the open folder. */

export type PictureState =
  | { readonly url: string }
  | {
      /** Why there is none. */
      readonly reason: string;
    };

/** About 60 MB of thumbnails. */
const MOST_KEPT = 1000;

export class Pictures {
  readonly #names = new Map<number, string>();
  /** The one that was shown last comes last. */
  readonly #states = new Map<number, PictureState>();

  name(picture: number): string | undefined {
    return this.#names.get(picture);
  }

  setName(picture: number, name: string): void {
    this.#names.set(picture, name);
  }

  has(picture: number): boolean {
    return this.#states.has(picture);
  }

  /** Marks it as shown just now. */
  get(picture: number): PictureState | undefined {
    const state = this.#states.get(picture);
    if (state !== undefined) {
      this.#states.delete(picture);
      this.#states.set(picture, state);
    }
    return state;
  }

  /** @param isShown those are kept, whatever happens */
  set(picture: number, state: PictureState, isShown: (picture: number) => boolean): void {
    release(this.#states.get(picture));
    this.#states.set(picture, state);
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= MOST_KEPT) break;
      if (isShown(oldest)) continue;
      release(this.#states.get(oldest));
      this.#states.delete(oldest);
    }
  }

  clear(): void {
    for (const state of this.#states.values()) release(state);
    this.#states.clear();
    this.#names.clear();
  }
}

export function urlOf(octets: Uint8Array): string {
  return URL.createObjectURL(new Blob([octets as Uint8Array<ArrayBuffer>], { type: "image/png" }));
}

function release(state: PictureState | undefined): void {
  if (state !== undefined && "url" in state) URL.revokeObjectURL(state.url);
}
