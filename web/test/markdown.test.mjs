import assert from 'node:assert/strict';
import test from 'node:test';
import { parseInline, parseMarkdown } from '../src/parts/markdown.ts';

const words = (inline) => inline.map((part) => (part.kind === 'text' ? part.text : `${part.kind}:${part.text}`));

test('headings, paragraphs, rules and code', () => {
  const blocks = parseMarkdown('### Hello *you* ###\n\nOne\ntwo\n***\n```sh\n# no heading\n<b>\n```\nafter');
  assert.deepEqual(blocks.map((block) => block.kind), ['heading', 'paragraph', 'rule', 'code', 'paragraph']);
  assert.equal(blocks[0].level, 3);
  assert.deepEqual(words(blocks[0].inline), ['Hello ', 'em:you']);
  assert.equal(blocks[1].inline[0].text, 'One\ntwo');
  assert.equal(blocks[3].text, '# no heading\n<b>');
});

test('code that is never closed goes to the end', () => {
  assert.deepEqual(parseMarkdown('~~~\na\n```\nb'), [{ kind: 'code', text: 'a\n```\nb' }]);
});

test('lists, inside each other and with more than one paragraph', () => {
  const [list] = parseMarkdown('3. one\n   more\n\n   again\n4. two\n   - inner\n   - other\n');
  assert.equal(list.ordered, true);
  assert.equal(list.start, 3);
  assert.equal(list.items.length, 2);
  assert.deepEqual(list.items[0].map((block) => block.kind), ['paragraph', 'paragraph']);
  assert.equal(list.items[1][1].items.length, 2);
});

test('tables take as many cells as their head', () => {
  const [table] = parseMarkdown('| a | b |\n|---|:-:|\n| `x` | y \\| z | too many |\n| one |\n\nend');
  assert.deepEqual(table.head.map(words), [['a'], ['b']]);
  assert.deepEqual(table.rows.map((row) => row.map(words)), [[['code:x'], ['y | z']], [['one'], []]]);
});

test('quotes hold blocks', () => {
  const [quote] = parseMarkdown('> # a\n> b\n');
  assert.deepEqual(quote.blocks.map((block) => block.kind), ['heading', 'paragraph']);
});

test('emphasis, code, links and escapes', () => {
  assert.deepEqual(words(parseInline('**a** __b__ *c* _d_ ~~e~~ `` f`g `` \\*h\\*')),
    ['strong:a', ' ', 'strong:b', ' ', 'em:c', ' ', 'em:d', ' ', 'del:e', ' ', 'code:f`g', ' *h*']);
  assert.deepEqual(words(parseInline('snake_case_name 2 * 3 * 4')), ['snake_case_name 2 * 3 * 4']);
  assert.deepEqual(parseInline('[t](https://a.b/c) <https://d.e> see https://f.g/h.'), [
    { kind: 'link', text: 't', href: 'https://a.b/c' }, { kind: 'text', text: ' ' },
    { kind: 'link', text: 'https://d.e', href: 'https://d.e' }, { kind: 'text', text: ' see ' },
    { kind: 'link', text: 'https://f.g/h', href: 'https://f.g/h' }, { kind: 'text', text: '.' },
  ]);
});

test('nothing but links to the web is a link, and HTML is text', () => {
  for (const text of ['[x](javascript:alert(1))', '[x](data:text/html,y)', '[x](/api/v1/runs)', '<img src=x onerror=y>', '<script>z</script>']) {
    const all = parseInline(text);
    assert.ok(all.every((part) => part.kind === 'text'), text);
    assert.equal(all.map((part) => part.text).join(''), text);
  }
});

test('hostile text is not slow', () => {
  const started = Date.now();
  for (const piece of ['*', '_', '`a', '[', '**a', '> ', '- ', '|', '<', '~~']) parseMarkdown(piece.repeat(20_000));
  parseMarkdown('> '.repeat(5_000) + 'x');
  parseMarkdown(Array.from({ length: 200 }, (_, at) => `${' '.repeat(at * 2)}- x`).join('\n'));
  assert.ok(Date.now() - started < 20_000);
});
