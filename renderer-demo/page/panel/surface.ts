/** A canvas that is as sharp as the screen, and the theme's colours. */

export interface Surface {
  context: CanvasRenderingContext2D;
  /** In CSS pixels. */
  width: number;
  height: number;
}

/** Cleared; undefined when it is not to be seen. */
export function surfaceOf(canvas: HTMLCanvasElement): Surface | undefined {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (width === 0 || context === null) return undefined;
  const scale = devicePixelRatio;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

export interface Colours {
  good: string;
  fair: string;
  bad: string;
  accent: string;
  accentFaint: string;
  line: string;
}

let known: Colours | undefined;

export function colours(): Colours {
  known ??= readColours();
  return known;
}

/** The theme has changed. */
export function forgetColours(): void {
  known = undefined;
}

/** As the browser works them out for an element: a canvas knows nothing of themes. */
function readColours(): Colours {
  const probe = document.createElement("span");
  document.body.append(probe);
  const of = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const read = {
    good: of("good"),
    fair: of("fair"),
    bad: of("bad"),
    accent: of("accent"),
    accentFaint: of("accent-faint"),
    line: of("line"),
  };
  probe.remove();
  return read;
}
