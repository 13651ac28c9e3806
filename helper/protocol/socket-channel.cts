/** A channel over a unix socket with descriptor passing, by way of the addon. */
import type { Addon } from "../../native/addon/addon.cjs";
import { Channel, type ChannelEvents } from "./channel.cjs";
import { SocketLink } from "./socket-link.cjs";

export interface SocketChannelOptions {
  addon: Addon;
  /** The channel's from now on. */
  fd: number;
  events: ChannelEvents;
  maxPayloadBytes: number;
}

export class SocketChannel extends Channel {
  readonly #link: SocketLink;

  constructor({ addon, fd, events, maxPayloadBytes }: SocketChannelOptions) {
    const link = new SocketLink(addon, fd);
    super(link, events, maxPayloadBytes);
    this.#link = link;
  }

  get fd(): number {
    return this.#link.fd;
  }

  /**
   * Gives up the connection between two messages, unharmed.
   * @returns its descriptor, now the caller's; undefined when a message is half sent or half received: ask again later
   */
  release(): number | undefined {
    return this.isIdle ? this.#link.release() : undefined;
  }

  /** Takes what has arrived already, without waiting for the event loop. */
  readNow(): void {
    this.#link.readNow();
  }
}
