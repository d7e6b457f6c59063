// One line of a log, as a terminal would leave it: colours, redrawn progress (\r, backspace, erase),
// links. Whatever else an escape sequence asks for is dropped; nothing here can run or hide text.

export interface Style {
  /** -1: default; 0-255: palette; from 0x1000000: true colour, the low 24 bits are rrggbb. */
  fg: number;
  bg: number;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  strike: boolean;
  inverse: boolean;
  href: string;
}

export interface Token {
  text: string;
  style: Style;
}

export const PLAIN: Style = {
  fg: -1, bg: -1, bold: false, dim: false, italic: false, underline: false, strike: false, inverse: false, href: '',
};

const TRUE_COLOUR = 0x1000000;
const MAX_CELLS = 65_536;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
const CSI = /\x1b\[([0-9:;<=>?]*)[ -/]*([@-~])/y;
const OSC = /\x1b\]([^\x07\x1b]*)(?:\x07|\x1b\\)/y;
const STRING = /\x1b[PX^_][^\x1b]*\x1b\\/y;
const SHORT = /\x1b[ -/]*[0-OQ-WYZ\\`-~]/y;
const BIDI = /[\u202a-\u202e\u2066-\u2069]/;

function colourOf(codes: number[], at: number): { colour: number; used: number } {
  if (codes[at + 1] === 5) return { colour: (codes[at + 2] ?? 0) & 255, used: 2 };
  if (codes[at + 1] !== 2) return { colour: -1, used: 0 };
  const [red = 0, green = 0, blue = 0] = codes.slice(at + 2, at + 5).map((part) => part & 255);
  return { colour: TRUE_COLOUR | (red << 16) | (green << 8) | blue, used: 4 };
}

function applyFlag(style: Style, code: number): void {
  if (code === 0) Object.assign(style, PLAIN, { href: style.href });
  else if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 3) style.italic = true;
  else if (code === 4 || code === 21) style.underline = true;
  else if (code === 7) style.inverse = true;
  else if (code === 9) style.strike = true;
  else if (code === 22) style.bold = style.dim = false;
  else if (code === 23) style.italic = false;
  else if (code === 24) style.underline = false;
  else if (code === 27) style.inverse = false;
  else if (code === 29) style.strike = false;
}

function applyColour(style: Style, code: number): void {
  if (code >= 30 && code <= 37) style.fg = code - 30;
  else if (code === 39) style.fg = -1;
  else if (code >= 40 && code <= 47) style.bg = code - 40;
  else if (code === 49) style.bg = -1;
  else if (code >= 90 && code <= 97) style.fg = code - 82;
  else if (code >= 100 && code <= 107) style.bg = code - 92;
}

/** `parameters` of an SGR sequence, laid over `before`. */
export function applySgr(before: Style, parameters: string): Style {
  const style = { ...before };
  // 38:2::r:g:b names a colour space that nobody fills; the older form has none.
  const codes = parameters.replace(/([34]8:2):[^:;]*:(?=\d*:\d*:)/g, '$1:').split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = colourOf(codes, at);
      if (code === 38) style.fg = colour;
      else style.bg = colour;
      at += used;
    } else {
      applyFlag(style, code);
      applyColour(style, code);
    }
  }
  return style;
}

/** Only what a browser may open from a log. */
export function safeHref(uri: string): string {
  return /^https?:\/\/[^\s]+$/i.test(uri) ? uri : '';
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

class Screen {
  private readonly cells: string[] = [];
  private readonly styles: Style[] = [];
  private column = 0;

  constructor(public style: Style) {}

  write(text: string): void {
    for (const character of text) {
      if (this.column >= MAX_CELLS) return;
      while (this.cells.length < this.column) this.put(this.cells.length, ' ', PLAIN);
      this.put(this.column++, character, this.style);
    }
  }

  private put(at: number, character: string, style: Style): void {
    this.cells[at] = character;
    this.styles[at] = style;
  }

  moveTo(column: number): void {
    this.column = Math.max(0, Math.min(column, MAX_CELLS));
  }

  moveBy(columns: number): void {
    this.moveTo(this.column + columns);
  }

  erase(what: number): void {
    if (what === 0) this.cells.length = this.styles.length = Math.min(this.cells.length, this.column);
    else if (what === 2) this.cells.length = this.styles.length = 0;
    else if (what === 1) for (let at = 0; at < Math.min(this.column, this.cells.length); at++) this.put(at, ' ', PLAIN);
  }

  tokens(): Token[] {
    const tokens: Token[] = [];
    for (const [at, character] of this.cells.entries()) {
      const style = this.styles[at] ?? PLAIN;
      const last = tokens[tokens.length - 1];
      if (last && last.style === style) last.text += character;
      else tokens.push({ text: character, style });
    }
    return tokens;
  }
}

function runCsi(screen: Screen, parameters: string, final: string): void {
  const count = Number(parameters) || 0;
  if (final === 'm' && !/^[<=>?]/.test(parameters)) screen.style = applySgr(screen.style, parameters);
  else if (final === 'K') screen.erase(count);
  else if (final === 'G') screen.moveTo((count || 1) - 1);
  else if (final === 'C') screen.moveBy(count || 1);
  else if (final === 'D') screen.moveBy(-(count || 1));
}

function runOsc(screen: Screen, body: string): void {
  const link = /^8;[^;]*;(.*)$/.exec(body);
  if (link) screen.style = { ...screen.style, href: safeHref(link[1] ?? '') };
}

/** Obeys the control character or sequence at `at`; answers where the text goes on. */
function obey(screen: Screen, line: string, at: number): number {
  const character = line[at] ?? '';
  if (character === '\r') screen.moveTo(0);
  else if (character === '\b') screen.moveBy(-1);
  else if (BIDI.test(character)) screen.write('\ufffd');
  if (character !== '\x1b') return at + 1;
  const csi = match(CSI, line, at);
  if (csi) {
    runCsi(screen, csi[1] ?? '', csi[2] ?? '');
    return CSI.lastIndex;
  }
  const osc = match(OSC, line, at);
  if (osc) {
    runOsc(screen, osc[1] ?? '');
    return OSC.lastIndex;
  }
  if (match(STRING, line, at)) return STRING.lastIndex;
  if (match(SHORT, line, at)) return SHORT.lastIndex;
  return at + 1; // an unfinished sequence: show what follows rather than swallow it
}

/** The tokens of a line that starts in `style`, and the style that the next line starts in. */
export function tokenize(line: string, style: Style = PLAIN): { tokens: Token[]; style: Style } {
  if (!CONTROL.test(line)) return { tokens: line ? [{ text: line, style }] : [], style };
  const screen = new Screen(style);
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const control = rest.search(CONTROL);
    if (control !== 0) screen.write(control < 0 ? rest : rest.slice(0, control));
    at = control < 0 ? text.length : obey(screen, text, at + control);
  }
  return { tokens: screen.tokens(), style: screen.style };
}

/** The style after a line, without drawing it. */
export function styleAfter(line: string, style: Style): Style {
  if (!line.includes('\x1b')) return style;
  let now = style;
  for (const sequence of line.matchAll(/\x1b\[([0-9:;]*)m|\x1b\]8;[^;\x07\x1b]*;([^\x07\x1b]*)(?:\x07|\x1b\\)/g)) {
    now = sequence[1] !== undefined ? applySgr(now, sequence[1]) : { ...now, href: safeHref(sequence[2] ?? '') };
  }
  return now;
}

export function plainText(tokens: Token[]): string {
  return tokens.map((token) => token.text).join('');
}

/** '#rrggbb' of a palette entry above 15 or a true colour; '' for the 16 that the theme colours. */
export function hexOf(colour: number): string {
  if (colour >= TRUE_COLOUR) return `#${(colour & 0xffffff).toString(16).padStart(6, '0')}`;
  if (colour < 16) return '';
  if (colour >= 232) return `#${(8 + (colour - 232) * 10).toString(16).padStart(2, '0').repeat(3)}`;
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40).toString(16).padStart(2, '0');
  const index = colour - 16;
  return `#${level(Math.floor(index / 36))}${level(Math.floor(index / 6) % 6)}${level(index % 6)}`;
}

/** Black or white: what is read best on '#rrggbb' (WCAG 2.2, relative luminance). */
export function inkOn(ground: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(ground.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}
