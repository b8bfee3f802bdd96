export type Colour = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "dim" | "bold";

const CODES: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export type Paint = (text: string, colour: Colour) => string;

/** Wraps text in a colour, or leaves it alone. */
export function painter(hasColour: boolean): Paint {
  return (text, colour) => (hasColour ? `\x1b[${CODES[colour][0]}m${text}\x1b[${CODES[colour][1]}m` : text);
}

const STATE_COLOURS: Readonly<Record<string, Colour>> = {
  ready: "green",
  healthy: "green",
  ok: "green",
  starting: "yellow",
  draining: "yellow",
  degraded: "yellow",
  failed: "red",
  down: "red",
  stopped: "dim",
};

export function paintState(paint: Paint, state: string): string {
  const colour = STATE_COLOURS[state];
  return colour === undefined ? state : paint(state, colour);
}

const NAME_COLOURS: readonly Colour[] = ["cyan", "yellow", "green", "magenta", "blue", "red"];

/** The same colour for the same name, every time. */
export function paintName(paint: Paint, name: string, text: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return paint(text, NAME_COLOURS[sum % NAME_COLOURS.length] ?? "cyan");
}

/** Control characters that members or files could use to forge what a terminal shows. Tabs and colours stay. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return text.replace(/\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g, "");
}
