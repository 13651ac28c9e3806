/**
 * Which picture comes next. Knows no processes: what is asked for is replaced as often as the page scrolls, and whatever is
 * not in it any more was never begun.
 */

export type Purpose = "view" | "want" | "fill";

export interface Next {
  picture: number;
  purpose: Purpose;
}

export class Demand {
  #view: number | undefined;
  #wanted: readonly number[] = [];
  /** Index into the wanted ones. */
  #nextWanted = 0;
  #fillFrom = 0;
  #fillTo = 0;
  readonly #underWay = new Set<number>();
  /** Wanted, but under way already: for a page that scrolled away meanwhile, or only for the cache. */
  readonly #again = new Set<number>();
  cancelled = 0;

  /** How many of the folder have been through, when it is being filled. */
  get filled(): number {
    return this.#fillFrom;
  }

  get waiting(): number {
    return this.#wanted.length - this.#nextWanted + (this.#view === undefined ? 0 : 1);
  }

  view(picture: number): void {
    this.#view = picture;
  }

  /** @param pictures the most urgent first; those under way are not begun again */
  want(pictures: readonly number[]): void {
    const still = new Set(pictures);
    for (let next = this.#nextWanted; next < this.#wanted.length; next++)
      if (!still.has(this.#wanted[next] as number)) this.cancelled++;
    this.#wanted = pictures;
    this.#nextWanted = 0;
    this.#again.clear();
  }

  isWanted(picture: number): boolean {
    return this.#wanted.includes(picture);
  }

  /** Fills up to this many pictures; goes on where it was. */
  fill(count: number): void {
    this.#fillTo = count;
  }

  /** Takes the next one: it is under way until {@link done}. */
  next(): Next | undefined {
    if (this.#view !== undefined) {
      const picture = this.#view;
      this.#view = undefined;
      return { picture, purpose: "view" };
    }
    while (this.#nextWanted < this.#wanted.length) {
      const picture = this.#wanted[this.#nextWanted++] as number;
      if (this.#begin(picture)) return { picture, purpose: "want" };
      this.#again.add(picture);
    }
    while (this.#fillFrom < this.#fillTo) {
      const picture = this.#fillFrom++;
      if (this.#begin(picture)) return { picture, purpose: "fill" };
    }
    return undefined;
  }

  /** @param delivered whether the page got it; if not, and it is wanted, it comes next */
  done({ picture, purpose }: Next, delivered: boolean): void {
    if (purpose === "view") return;
    this.#underWay.delete(picture);
    if (!this.#again.delete(picture) || delivered) return;
    this.#wanted = [picture, ...this.#wanted.slice(this.#nextWanted)];
    this.#nextWanted = 0;
  }

  #begin(picture: number): boolean {
    if (this.#underWay.has(picture)) return false;
    this.#underWay.add(picture);
    return true;
  }
}
