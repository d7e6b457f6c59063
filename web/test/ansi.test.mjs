import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, inkOn, PLAIN, plainText, safeHref, styleAfter, tokenize } from '../src/log/ansi.ts';

const E = '\x1b';
const textOf = (line) => plainText(tokenize(line).tokens);
const first = (line) => tokenize(line).tokens[0].style;

test('a line without control characters is one token', () => {
  assert.deepEqual(tokenize('hello').tokens, [{ text: 'hello', style: PLAIN }]);
  assert.deepEqual(tokenize('').tokens, []);
});

test('the sixteen colours, bright ones too', () => {
  assert.equal(first(`${E}[31mx`).fg, 1);
  assert.equal(first(`${E}[97mx`).fg, 15);
  assert.equal(first(`${E}[44mx`).bg, 4);
  assert.equal(first(`${E}[100mx`).bg, 8);
});

test('palette and true colour, in both ways of writing them', () => {
  assert.equal(first(`${E}[38;5;208mx`).fg, 208);
  assert.equal(first(`${E}[38:5:208mx`).fg, 208);
  assert.equal(hexOf(first(`${E}[38;2;10;200;120mx`).fg), '#0ac878');
  assert.equal(hexOf(first(`${E}[38:2::10:200:120mx`).fg), '#0ac878');
  assert.equal(hexOf(first(`${E}[48;2;1;2;3;1mx`).bg), '#010203');
  assert.equal(first(`${E}[48;2;1;2;3;1mx`).bold, true);
});

test('the palette’s cube and greys', () => {
  assert.equal(hexOf(16), '#000000');
  assert.equal(hexOf(196), '#ff0000');
  assert.equal(hexOf(231), '#ffffff');
  assert.equal(hexOf(232), '#080808');
  assert.equal(hexOf(255), '#eeeeee');
  assert.equal(hexOf(7), '');
});

test('attributes are set and taken back', () => {
  const { tokens } = tokenize(`${E}[1;3;4;7;9ma${E}[22;23;24;27;29mb${E}[1m${E}[mc`);
  assert.deepEqual(tokens.map((token) => token.text), ['a', 'b', 'c']);
  assert.equal(tokens[0].style.bold && tokens[0].style.italic && tokens[0].style.underline && tokens[0].style.inverse && tokens[0].style.strike, true);
  assert.deepEqual(tokens[1].style, PLAIN);
  assert.deepEqual(tokens[2].style, PLAIN);
});

test('a redrawn line shows its last state', () => {
  assert.equal(textOf('  1%\r 50%\r100%'), '100%');
  assert.equal(textOf('abcdef\rxy'), 'xycdef');
  assert.equal(textOf(`downloading\r${E}[Kdone`), 'done');
  assert.equal(textOf(`old${E}[2K\rnew`), 'new');
  assert.equal(textOf('ab\bc'), 'ac');
  assert.equal(textOf(`abc${E}[1Gx`), 'xbc');
  assert.equal(textOf(`a${E}[3Cb`), 'a   b');
});

test('the carriage return of a Windows line is not a redraw', () => {
  assert.equal(textOf('text\r'), 'text');
});

test('a redrawn line keeps the colours of what it overwrote', () => {
  const { tokens } = tokenize(`${E}[31mabc${E}[0m\rx`);
  assert.deepEqual(tokens.map((token) => [token.text, token.style.fg]), [['x', -1], ['bc', 1]]);
});

test('titles, clipboards, modes and bells leave no trace', () => {
  assert.equal(textOf(`a${E}]0;title\x07b${E}]52;c;aGk=${E}\\c${E}[?25ld${E}[2Je\x07f${E}P1;2|x${E}\\g${E}(Bh`), 'abcdefgh');
});

test('an unfinished sequence hides nothing after it', () => {
  assert.equal(textOf(`a${E}]0;the build failed here`), 'a]0;the build failed here');
  assert.equal(textOf(`a${E}`), 'a');
  assert.equal(textOf(`a${E}[31`), 'a[31');
});

test('links open only http and https', () => {
  const link = (uri) => tokenize(`${E}]8;;${uri}${E}\\x${E}]8;;${E}\\y`).tokens;
  assert.equal(link('https://example.com/a')[0].style.href, 'https://example.com/a');
  assert.equal(link('https://example.com/a')[1].style.href, '');
  assert.equal(link('javascript:alert(1)')[0].style.href, '');
  assert.equal(safeHref('data:text/html,x'), '');
  assert.equal(safeHref('HTTP://example.com'), 'HTTP://example.com');
});

test('characters that turn the direction of text are made visible', () => {
  assert.equal(textOf('a\u202eb\u2066c'), 'a\ufffdb\ufffdc');
});

test('characters beyond the base plane stay whole', () => {
  assert.equal(textOf('🚀x\r🛰'), '🛰x');
});

test('the style after a line is the same drawn or not', () => {
  for (const line of [`${E}[31mred`, `${E}[1mx${E}[0m`, `${E}]8;;https://e.com${E}\\x`, 'plain', `${E}[38;5;9;4m\ra`]) {
    assert.deepEqual(styleAfter(line, PLAIN), tokenize(line).style, JSON.stringify(line));
  }
});

test('ink on a ground of the program’s own is the one that is read best', () => {
  assert.equal(inkOn('#500000'), '#ffffff');
  assert.equal(inkOn('#ff8700'), '#000000');
  assert.equal(inkOn('#000000'), '#ffffff');
  assert.equal(inkOn('#ffffff'), '#000000');
});
