// Logs by formula or by hand.

/** What line `n` of the long log says; tests/browser/log_test.py knows the same formula. */
export function longLine(n) {
  return `line ${n} ${((n * 2654435761) % 4294967296).toString(16).padStart(8, '0')} the quick brown fox jumps over the lazy dog`;
}

export class LongLog {
  constructor(lines, done = true) {
    this.lines = lines;
    this.done = done;
  }

  get bytes() {
    return this.lines * 64;
  }

  line(n) {
    return longLine(n);
  }

  append(lines) {
    this.lines += lines.length;
  }

  search(text) {
    return searchLines(this, text);
  }
}

export class HandLog {
  constructor(text, done = true) {
    this.all = text;
    this.done = done;
  }

  get lines() {
    return this.all.length;
  }

  get bytes() {
    return this.all.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  }

  line(n) {
    return this.all[n - 1];
  }

  append(lines) {
    this.all.push(...lines);
  }

  search(text) {
    return searchLines(this, text);
  }
}

function searchLines(log, text) {
  const items = [];
  let total = 0;
  const wanted = text.toLowerCase();
  for (let line = 1; line <= log.lines; line++) {
    if (!log.line(line).toLowerCase().includes(wanted)) continue;
    total++;
    if (items.length < 10_000) items.push({ line });
  }
  return { items, total, lines: log.lines };
}
