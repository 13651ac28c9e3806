/** Puts frames together: small ones share one buffer and one write per turn of the event loop, large octets are not copied. */
import { HEADER_BYTES, type Vocabulary } from "./frame.cjs";
import { keepPieces, LARGE_PIECE_BYTES, type Link } from "./link.cjs";
import { writeU32 } from "./numbers.cjs";

const SLAB_BYTES = 65_536;
/** Fewer than the kernel takes with one message. */
const BATCH_HANDLES = 128;

const NO_FDS: number[] = [];
/** Cheaper than the queues of Node: this is on the way of every call. */
const SOON = Promise.resolve();

export class FrameTooLarge extends RangeError {}

/** Where frames go. */
export type Outlet = Pick<Link, "carriesHandles" | "write">;

/** A place to go back to. */
export interface Mark {
  pieces: number;
  slab: Buffer;
  from: number;
  at: number;
  bytes: number;
  fds: number;
}

export class FrameWriter {
  /** Where values are put, between `reserve` and the next of these calls. */
  slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  at = 0;
  /** Whoever sets it flushes soon. */
  batching = false;
  /** Calls back when the link could not get rid of a batch at once. */
  onBlocked: () => void = () => {};
  readonly #vocabulary: Vocabulary;
  readonly #maxFrameBytes: number;
  readonly #flushSoon = () => {
    if (this.#scheduled) this.flush();
  };
  #link: Outlet | undefined;
  #pieces: Uint8Array[] = [];
  #fds: number[] = [];
  /** What is to be written when there is a link: only so many descriptors may go together. */
  readonly #early: { pieces: Uint8Array[]; fds: number[] }[] = [];
  /** Start of what is in the slab and in no piece yet. */
  #from = 0;
  /** All that went through here. */
  #bytes = 0;
  #scheduled = false;
  #urgent = false;
  #header: { slab: Buffer; at: number } = { slab: this.slab, at: 0 };
  /** Where the frame began. */
  #mark: Mark = this.mark();
  #open = false;

  constructor(vocabulary: Vocabulary, maxFrameBytes: number) {
    this.#vocabulary = vocabulary;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** From now on what is written leaves this process. */
  attach(link: Outlet): void {
    this.#link = link;
    for (const { pieces, fds } of this.#early.splice(0)) if (!link.write(pieces, fds)) this.onBlocked();
    this.flush();
  }

  /** Whether descriptors may be added. Before there is a link, they may. */
  get carriesHandles(): boolean {
    return this.#link?.carriesHandles ?? true;
  }

  /** Nobody knows how long it has to wait: what belongs to others is copied. */
  #keep(): void {
    if (this.#urgent) this.#pieces.push(...keepPieces(this.#pieces.splice(this.#mark.pieces)));
    this.#urgent = false;
    if (this.#fds.length < BATCH_HANDLES) return;
    this.#seal();
    this.#early.push({ pieces: this.#pieces, fds: this.#fds });
    this.#pieces = [];
    this.#fds = [];
    this.#bytes = 0;
  }

  get scheduled(): boolean {
    return this.#scheduled;
  }

  /** A frame without values. */
  signal(type: number, id: number, extra = 0): void {
    this.begin(type, id, extra);
    this.end();
  }

  /** @throws Error while another frame is being written: a getter among its values may call us */
  begin(type: number, id: number, extra = 0): void {
    if (this.#open) throw new Error("a message can't be sent while another one is being serialised");
    this.#open = true;
    this.#mark = this.mark();
    this.reserve(HEADER_BYTES);
    const { slab, at } = this;
    slab[at + 4] = type;
    slab[at + 5] = 0;
    slab[at + 6] = extra & 0xff;
    slab[at + 7] = extra >> 8;
    writeU32(slab, at + 8, id);
    this.#header.slab = slab;
    this.#header.at = at;
    this.at = at + HEADER_BYTES;
  }

  /** Makes sure that so many bytes can be put at `slab[at]`; who puts them there moves `at`. */
  reserve(bytes: number): void {
    if (this.slab.length - this.at >= bytes) return;
    this.#seal();
    this.slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    this.at = 0;
    this.#from = 0;
  }

  /** Octets as they are, without copying large ones: the frame then leaves this process at its end. */
  octets(bytes: Uint8Array): void {
    if (bytes.byteLength < LARGE_PIECE_BYTES) {
      this.reserve(bytes.byteLength);
      this.slab.set(bytes, this.at);
      this.at += bytes.byteLength;
      return;
    }
    this.#seal();
    this.#pieces.push(bytes);
    this.#bytes += bytes.byteLength;
    this.#urgent = true;
  }

  /**
   * A descriptor for the frame that is being written.
   * @param fd the writer's from now on
   */
  descriptor(fd: number): void {
    this.#fds.push(fd);
  }

  /**
   * @returns the bytes of the frame's values
   * @throws FrameTooLarge; undo() then
   */
  end(): number {
    const length = this.#bytes + this.at - this.#from - this.#mark.bytes - HEADER_BYTES;
    const handles = this.#fds.length - this.#mark.fds;
    if (length > this.#maxFrameBytes)
      throw new FrameTooLarge(`${length} bytes in one message; at most ${this.#maxFrameBytes} are allowed`);
    const { slab, at } = this.#header;
    const most = this.#vocabulary.maxHandles[slab[at + 4] as number] as number;
    if (handles > most) throw new FrameTooLarge(`${handles} handles in one message; at most ${most} are allowed`);
    this.#open = false;
    writeU32(slab, at, length);
    slab[at + 5] = handles;
    if (this.#link === undefined) this.#keep();
    else if (this.#urgent || this.#fds.length >= BATCH_HANDLES || this.#bytes >= SLAB_BYTES) this.flush();
    else this.#schedule();
    return length;
  }

  mark(): Mark {
    return {
      pieces: this.#pieces.length,
      slab: this.slab,
      from: this.#from,
      at: this.at,
      bytes: this.#bytes + this.at - this.#from,
      fds: this.#fds.length,
    };
  }

  /**
   * Takes back what was written of this frame since the mark.
   * @returns the descriptors among it, now the caller's
   */
  rewind({ pieces, slab, from, at, bytes, fds }: Mark): number[] {
    this.#pieces.length = pieces;
    this.slab = slab;
    this.#from = from;
    this.at = at;
    this.#bytes = bytes - (at - from);
    this.#urgent = false;
    return this.#fds.length === fds ? NO_FDS : this.#fds.splice(fds);
  }

  /** Takes back the whole frame. */
  undo(): number[] {
    this.#open = false;
    this.#schedule();
    return this.rewind(this.#mark);
  }

  /** Drops what no link has taken. @returns the descriptors among it, now the caller's */
  discard(): number[] {
    this.#pieces = [];
    this.#from = this.at;
    return [...this.#early.splice(0).flatMap(({ fds }) => fds), ...this.#fds.splice(0)];
  }

  /** Hands everything to the link. */
  flush(): void {
    this.#scheduled = false;
    const link = this.#link;
    if (link === undefined || this.#open) return;
    this.#seal();
    if (this.#pieces.length === 0) return;
    const pieces = this.#pieces;
    const fds = this.#fds;
    this.#pieces = [];
    this.#fds = [];
    this.#bytes = 0;
    this.#urgent = false;
    // As long as the link has not got rid of it, that part of the slab must stay as it is.
    if (link.write(pieces, fds)) this.at = 0;
    else this.onBlocked();
    this.#from = this.at;
  }

  /** After what runs now, and the callers who wait for what came with it. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (!this.batching) void SOON.then(this.#flushSoon);
  }

  #seal(): void {
    if (this.at === this.#from) return;
    this.#pieces.push(this.slab.subarray(this.#from, this.at));
    this.#bytes += this.at - this.#from;
    this.#from = this.at;
  }
}
