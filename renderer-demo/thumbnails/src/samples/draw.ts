/** Pictures of our own making, for a first try. Runs in a worker. */
import fs from "node:fs";
import path from "node:path";
import type { Duplex } from "node:stream";
import sharp, { type Sharp } from "sharp";

const WIDTH = 1600;
const HEIGHT = 1200;

const SAVERS: Record<string, (picture: Sharp) => Sharp> = {
  "dawn.jpg": (picture) => picture.jpeg({ quality: 90 }),
  "day.jpg": (picture) => picture.jpeg({ progressive: true }),
  "upright.jpg": (picture) => picture.withMetadata({ orientation: 6 }).jpeg(),
  "grey.jpg": (picture) => picture.greyscale().jpeg(),
  "dusk.png": (picture) => picture.png({ compressionLevel: 2 }),
  "small.png": (picture) => picture.resize(48, 36).png(),
  "night.webp": (picture) => picture.webp(),
  "poster.gif": (picture) => picture.resize(640, 480).gif({ effort: 1 }),
  "scan.tiff": (picture) => picture.resize(800, 600).tiff(),
  "new.avif": (picture) => picture.resize(640, 480).avif({ effort: 0 }),
  "panorama.jpg": (picture) => picture.resize(3000, 500, { fit: "fill" }).jpeg(),
};

/** @param folder made by this function; half full if it fails */
export async function makeSamples(socket: Duplex, folder: string): Promise<void> {
  process.on("SIGINT", () => {});
  sharp.concurrency(1);
  fs.mkdirSync(folder, { recursive: true });
  const names = Object.keys(SAVERS);
  for (const [index, name] of names.entries()) {
    const save = SAVERS[name] as (picture: Sharp) => Sharp;
    await save(sharp(Buffer.from(landscape(index / names.length)))).toFile(path.join(folder, name));
  }
  fs.writeFileSync(path.join(folder, "hills.svg"), landscape(0.5));
  socket.end();
}

/** Hills and a sun, in a light that depends on the time of day. */
function landscape(time: number): string {
  const hue = Math.round(360 * time);
  const hills = [0.55, 0.7, 0.85].map((level, layer) => {
    const points = Array.from({ length: 33 }, (_, step) => {
      const wave = Math.sin(step * (0.35 + layer * 0.2) + time * 9 + layer * 2);
      return `${(step / 32) * WIDTH},${HEIGHT * (level + 0.06 * wave)}`;
    });
    const colour = `hsl(${(hue + 100 + layer * 25) % 360} 45% ${45 - layer * 12}%)`;
    return `<polygon fill="${colour}" points="0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
  <linearGradient id="sky" x2="0" y2="1">
    <stop offset="0" stop-color="hsl(${hue} 60% 35%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 85% 75%)"/>
  </linearGradient>
  <rect width="100%" height="100%" fill="url(#sky)"/>
  <circle cx="${WIDTH * (0.15 + 0.7 * time)}" cy="${HEIGHT * 0.3}" r="110" fill="hsl(50 100% 85%)"/>
  ${hills.join("\n  ")}
</svg>
`;
}
