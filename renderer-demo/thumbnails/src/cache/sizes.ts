/** The sizes of the freedesktop thumbnail cache: the name is the folder, the number the longest side in pixels. */
export const THUMBNAIL_SIZES = { normal: 128, large: 256, "x-large": 512, "xx-large": 1024 } as const;

export type ThumbnailSize = keyof typeof THUMBNAIL_SIZES;

export function isThumbnailSize(name: string): name is ThumbnailSize {
  return Object.hasOwn(THUMBNAIL_SIZES, name);
}
