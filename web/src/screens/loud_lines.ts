// Which lines of a failed step's end to show first. A guess, and only a place to start reading. Pure.

export interface LoudLine {
  number: number;
  text: string;
}

const LOUD = /\b(error|errors|failed|failure|fatal|panic(ked)?|exception|traceback|assert(ion)?(error)?|cannot|denied|not found|undefined)\b|^\s*E\s{2,}|^✗|^×/i;
const QUIET = /\b(0 (errors|failed|failures)|no errors?)\b|^\+ /i;
const SHOWN = 6;
const MAX_LENGTH = 400;

/** Without the group that says what the step runs: what a script mentions has not happened. */
function saidBySteps(lines: LoudLine[]): LoudLine[] {
  const end = lines.findIndex(({ text }) => text.startsWith('##[endgroup]'));
  return lines[0]?.number === 1 && lines[0].text.startsWith('##[group]Run ') ? lines.slice(end + 1) : lines;
}

/** `texts` are the last lines of a log, the first of them has the number `first`. */
export function loudLines(texts: string[], first: number): LoudLine[] {
  const lines = texts.map((text, at) => ({ number: first + at, text: text.slice(0, MAX_LENGTH) }));
  const spoken = saidBySteps(lines).filter(({ text }) => text.trim() !== '');
  const loud = spoken.filter(({ text }) => LOUD.test(text) && !QUIET.test(text));
  return loud.length > 0 ? loud.slice(-SHOWN) : spoken.slice(-SHOWN);
}

export interface FilePlace {
  path: string;
  line: number;
}

const PLACE = /(?:^|[\s("'=[])(?:\.\/)?((?:[\w@.-]+\/)*[\w@-][\w@.-]*\.[a-z]\w{0,7})(?::|", line |\()(\d{1,7})\b/i;

/** The first `src/a.c:12` of a line, as compilers and test runners write it: a file below the repository's root. */
export function filePlace(text: string): FilePlace | null {
  const found = PLACE.exec(text);
  const path = found?.[1] ?? '';
  const isOutside = path === '' || path.split('/').includes('..') || /^\d+(\.\d+)+$/.test(path);
  return isOutside ? null : { path, line: Number(found?.[2]) };
}
