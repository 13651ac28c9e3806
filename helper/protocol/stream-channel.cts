/** A channel over any duplex stream, for places without the addon. Handles can't travel over it. */
import type { Duplex } from "node:stream";
import { Channel, type ChannelEvents } from "./channel.cjs";
import { StreamLink } from "./stream-link.cjs";

export class StreamChannel extends Channel {
  /** @param stream the channel's from now on */
  constructor(stream: Duplex, events: ChannelEvents, maxPayloadBytes: number) {
    super(new StreamLink(stream), events, maxPayloadBytes);
  }
}
