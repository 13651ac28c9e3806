/** The addon as a fresh runtime finds it by itself: before it takes anybody's word for where one is. */
import { type Addon, loadAddon } from "../../native/addon/addon.cjs";
import { whyNoAddon } from "../protocol/environment.cjs";

let own: Addon | Error | undefined;

/** Undefined where there is none, or none is wanted. */
export function ownAddon(): Addon | undefined {
  own ??= whyNoAddon() ?? loadAddon();
  return own instanceof Error ? undefined : own;
}
