/** Where names and badges stand, at its worst: the lightest dark surface, the darkest light one. */
export const SURFACES = { dark: "#383b41", light: "#dddad3" } as const;
/** WCAG's least ratio for text, and for what isn't text. */
export const READABLE = { text: 4.5, icon: 3 } as const;

const STEP = 0.04;

type Rgb = readonly [number, number, number];

function parse(color: string): Rgb {
  const number = Number.parseInt(color.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns WCAG's contrast ratio of two colours (`#rrggbb`), from 1 to 21. */
export function contrast(one: string, other: string): number {
  const first = luminance(parse(one));
  const second = luminance(parse(other));
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/**
 * Returns the nearest shade of a colour that can be read on a surface: itself where that is enough,
 * else mixed with white on a dark surface, with black on a light one.
 *
 * @param color `#rrggbb`; anything else gives null, and the text colour serves.
 */
export function readable(
  color: string,
  surface: keyof typeof SURFACES,
  least: number,
): string | null {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return null;
  const rgb = parse(color);
  const end = surface === "dark" ? 255 : 0;
  for (let mixed = 0; mixed <= 1; mixed += STEP) {
    const shade = rgb.map((value) => Math.round(value + (end - value) * mixed));
    const text = `#${shade.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
    if (contrast(text, SURFACES[surface]) >= least) return text;
  }
  return surface === "dark" ? "#ffffff" : "#000000";
}
