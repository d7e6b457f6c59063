// Markdown of jobs as a tree of what we show: GitHub's flavour without HTML, which stays text.
// Nothing here makes markup; parts/markdown_view.tsx turns the tree into elements.

export type Inline =
  | { kind: 'text' | 'code' | 'strong' | 'em' | 'del'; text: string }
  | { kind: 'link'; text: string; href: string };

export type Block =
  | { kind: 'heading'; level: number; inline: Inline[] }
  | { kind: 'paragraph'; inline: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'rule' }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Block[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

const DEEPEST = 8;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})(?: +|$)(.*?)(?: +#+)? *$/;
const RULE = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/;
const TABLE_RULE = /^ *\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$/;

export function parseMarkdown(text: string): Block[] {
  return parseLines(text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n'), 0);
}

function parseLines(lines: string[], depth: number): Block[] {
  const out: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') at += 1;
    else at = takeBlock(lines, at, depth, out);
  }
  return out;
}

/** Appends the block that begins at `at`; where the next one begins. */
function takeBlock(lines: string[], at: number, depth: number, out: Block[]): number {
  const line = lines[at] ?? '';
  const heading = HEADING.exec(line);
  if (heading) {
    out.push({ kind: 'heading', level: heading[1]?.length ?? 1, inline: parseInline(heading[2] ?? '') });
    return at + 1;
  }
  const fence = FENCE.exec(line);
  if (fence) return takeCode(lines, at, fence[1] ?? '```', out);
  if (RULE.test(line)) {
    out.push({ kind: 'rule' });
    return at + 1;
  }
  if (depth < DEEPEST && /^ {0,3}>/.test(line)) return takeQuote(lines, at, depth, out);
  if (depth < DEEPEST && ITEM.test(line)) return takeList(lines, at, depth, out);
  if (line.includes('|') && TABLE_RULE.test(lines[at + 1] ?? '')) return takeTable(lines, at, out);
  return takeParagraph(lines, at, out);
}

function takeCode(lines: string[], at: number, fence: string, out: Block[]): number {
  const text: string[] = [];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (FENCE.exec(line)?.[1]?.startsWith(fence) && line.trim() === FENCE.exec(line)?.[1]) break;
    text.push(line);
  }
  out.push({ kind: 'code', text: text.join('\n') });
  return next + 1;
}

function takeQuote(lines: string[], at: number, depth: number, out: Block[]): number {
  const inner: string[] = [];
  let next = at;
  for (; next < lines.length && /^ {0,3}>/.test(lines[next] ?? ''); next += 1) {
    inner.push((lines[next] ?? '').replace(/^ {0,3}> ?/, ''));
  }
  out.push({ kind: 'quote', blocks: parseLines(inner, depth + 1) });
  return next;
}

/** An item goes on with lines that stand as far in as its text, or directly behind it. */
function takeList(lines: string[], at: number, depth: number, out: Block[]): number {
  const sign = ITEM.exec(lines[at] ?? '')?.[2] ?? '-';
  const ordered = sign.length > 1;
  const items: Block[][] = [];
  let next = at;
  for (;;) {
    const found = ITEM.exec(lines[next] ?? '');
    if (!found || RULE.test(lines[next] ?? '') || ((found[2]?.length ?? 0) > 1) !== ordered) break;
    const width = found[0].length;
    const inner = [(lines[next] ?? '').slice(width)];
    next += 1;
    while (next < lines.length && belongs(lines, next, width)) {
      inner.push((lines[next] ?? '').slice(Math.min(width, indentOf(lines[next] ?? ''))));
      next += 1;
    }
    items.push(parseLines(inner, depth + 1));
  }
  out.push({ kind: 'list', ordered, start: ordered ? Number.parseInt(sign, 10) : 1, items });
  return next;
}

function belongs(lines: string[], at: number, width: number): boolean {
  const line = lines[at] ?? '';
  if (line.trim() === '') return indentOf(lines[at + 1] ?? '') >= width && (lines[at + 1] ?? '').trim() !== '';
  if (indentOf(line) >= width) return true;
  return (lines[at - 1] ?? '').trim() !== '' && !ITEM.test(line) && !beginsBlock(line);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function takeTable(lines: string[], at: number, out: Block[]): number {
  const head = cellsOf(lines[at] ?? '');
  const rows: Inline[][][] = [];
  let next = at + 2;
  for (; next < lines.length && (lines[next] ?? '').includes('|'); next += 1) {
    const cells = cellsOf(lines[next] ?? '');
    rows.push(head.map((_, column) => parseInline(cells[column] ?? '')));
  }
  out.push({ kind: 'table', head: head.map(parseInline), rows });
  return next;
}

/** A '\|' is no border. */
function cellsOf(line: string): string[] {
  const cells = [''];
  const inner = line.trim().replace(/^\|/, '').replace(/([^\\])\|$/, '$1');
  for (const part of inner.split('|')) {
    const last = cells[cells.length - 1] ?? '';
    if (last.endsWith('\\')) cells[cells.length - 1] = `${last.slice(0, -1)}|${part}`;
    else cells.push(part);
  }
  return cells.slice(1).map((cell) => cell.trim());
}

function beginsBlock(line: string): boolean {
  return HEADING.test(line) || FENCE.test(line) || RULE.test(line) || /^ {0,3}>/.test(line);
}

function takeParagraph(lines: string[], at: number, out: Block[]): number {
  const text = [lines[at] ?? ''];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (line.trim() === '' || beginsBlock(line) || ITEM.test(line)) break;
    text.push(line);
  }
  out.push({ kind: 'paragraph', inline: parseInline(text.map((line) => line.trim()).join('\n')) });
  return next;
}

/** Each looks at most some hundred characters ahead, so that no text is slow. */
const MARKS = [
  /\\([!-/:-@[-`{-~])/y,
  /(`+)([^`]|[^`][^]{0,500}?[^`])\1(?!`)/y,
  /(?:\*\*|__)([^\s*_](?:[^*_]{0,500}[^\s*_])?)(?:\*\*|__)/y,
  /~~([^\s~](?:[^~]{0,500}[^\s~])?)~~/y,
  /\*([^\s*](?:[^*]{0,500}[^\s*])?)\*/y,
  /_([^\s_](?:[^_]{0,500}[^\s_])?)_(?!\w)/y,
  /!?\[([^\]]{0,500})\]\(<?([^\s)>]{1,1000})>?(?: +"[^"]{0,500}")?\)/y,
  /<(https?:\/\/[^\s<>]{1,1000})>/y,
  /https?:\/\/[^\s<>]{0,999}[^\s<>.,;:!?)'"]/y,
] as const;
/** Of a word, not inside one: _em_ and bare links. */
const NOT_INSIDE_WORDS = new Set([5, 8]);

export function parseInline(text: string): Inline[] {
  const out: Inline[] = [];
  let plain = '';
  const put = (one: Inline) => {
    if (plain) out.push({ kind: 'text', text: plain });
    plain = '';
    out.push(one);
  };
  for (let at = 0; at < text.length;) {
    const found = '\\`*_~[!<h'.includes(text[at] ?? '') ? findMark(text, at) : undefined;
    if (!found) {
      plain += text[at];
      at += 1;
    } else {
      if (typeof found.made === 'string') plain += found.made;
      else put(found.made);
      at += found.length;
    }
  }
  if (plain) out.push({ kind: 'text', text: plain });
  return out;
}

function findMark(text: string, at: number): { made: Inline | string; length: number } | undefined {
  const inWord = at > 0 && /\w/.test(text[at - 1] ?? '');
  for (const [index, mark] of MARKS.entries()) {
    if (inWord && NOT_INSIDE_WORDS.has(index)) continue;
    mark.lastIndex = at;
    const found = mark.exec(text);
    if (found) return { made: madeOf(index, found), length: found[0].length };
  }
  return undefined;
}

function madeOf(index: number, found: RegExpExecArray): Inline | string {
  const inner = found[1] ?? '';
  switch (index) {
    case 0: return inner;
    case 1: return { kind: 'code', text: (found[2] ?? '').trim() };
    case 2: return { kind: 'strong', text: inner };
    case 3: return { kind: 'del', text: inner };
    case 4:
    case 5: return { kind: 'em', text: inner };
    case 6: return linkOf(inner || (found[2] ?? ''), found[2] ?? '', found[0]);
    case 7: return linkOf(inner, inner, found[0]);
    default: return linkOf(found[0], found[0], found[0]);
  }
}

/** Only to the web: anything else (javascript:, data:, a path of ours) is text. */
function linkOf(text: string, href: string, whole: string): Inline | string {
  return /^https?:\/\//i.test(href) ? { kind: 'link', text, href } : whole;
}
