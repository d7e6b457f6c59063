// Shows Markdown of a job. Elements are made of our own tree only: text is always text.

import { Fragment } from 'preact';
import type { Block, Inline } from './markdown';
import { parseMarkdown } from './markdown';

const MOST = 256 * 1024;

export function Markdown({ text }: { text: string }) {
  return (
    <div class="markdown">
      <Blocks blocks={parseMarkdown(text.slice(0, MOST))} />
      {text.length > MOST && <p class="quiet-text">The rest is too long to be shown.</p>}
    </div>
  );
}

function Blocks({ blocks }: { blocks: Block[] }) {
  return <>{blocks.map((block, at) => <OneBlock key={at} block={block} />)}</>;
}

function OneBlock({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading': {
      // The page has its own first and second levels.
      const Heading = `h${Math.min(6, block.level + 2)}` as 'h3';
      return <Heading><Line inline={block.inline} /></Heading>;
    }
    case 'paragraph': return <p><Line inline={block.inline} /></p>;
    case 'code': return <pre><code>{block.text}</code></pre>;
    case 'rule': return <hr />;
    case 'quote': return <blockquote><Blocks blocks={block.blocks} /></blockquote>;
    case 'list': {
      const items = block.items.map((item, at) => <li key={at}><Blocks blocks={item} /></li>);
      return block.ordered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table': return <Table head={block.head} rows={block.rows} />;
  }
}

function Table({ head, rows }: { head: Inline[][]; rows: Inline[][][] }) {
  return (
    <div class="wide">
      <table>
        <thead><tr>{head.map((cell, at) => <th key={at}><Line inline={cell} /></th>)}</tr></thead>
        <tbody>
          {rows.map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column}><Line inline={cell} /></td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}

function Line({ inline }: { inline: Inline[] }) {
  return <>{inline.map((part, at) => <Fragment key={at}>{elementOf(part)}</Fragment>)}</>;
}

function elementOf(part: Inline) {
  switch (part.kind) {
    case 'code': return <code>{part.text}</code>;
    case 'strong': return <strong>{part.text}</strong>;
    case 'em': return <em>{part.text}</em>;
    case 'del': return <del>{part.text}</del>;
    case 'link': return <a href={part.href} rel="noreferrer noopener" target="_blank">{part.text}</a>;
    default: return part.text;
  }
}
