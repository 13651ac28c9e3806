/** Messages of the channel made and read without any process. */
import { Channel } from "../../helper/protocol/channel.cjs";
import type { Message, MessageType, Outgoing } from "../../helper/protocol/message.cjs";
import { Recorder } from "./frames.js";

const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** The message's bytes, as a channel without the addon's encoder writes them. */
export function encodeMessage(type: MessageType, id: number, values: readonly Outgoing[], handles = 0): Buffer {
  const recorder = new Recorder();
  const channel = new Channel(recorder, { message() {}, end() {} }, MAX_PAYLOAD_BYTES);
  channel.send(type, id, values, new Array<number>(handles).fill(0));
  return recorder.take();
}

/** @throws what ended the channel */
export function decodeMessages(bytes: Buffer, fds: readonly number[] = []): Message[] {
  const messages: Message[] = [];
  const events = {
    message: (message: Message) => messages.push(message),
    end(error?: Error) {
      throw error;
    },
  };
  new Channel(new Recorder(), events, MAX_PAYLOAD_BYTES).data(bytes, bytes.length, fds);
  return messages;
}
