// One line of the log on the screen: its number, which is a link, and its text.

import { useState } from 'preact/hooks';
import { Icon } from '../parts/icon';
import { hexOf, inkOn, tokenize } from './ansi';
import type { Style } from './ansi';
import { titleOf } from './folds';
import type { FoldState } from './folds';
import { markTokens } from './marks';
import type { Piece } from './marks';
import { readSaid } from './said';

const MAX_CHARACTERS = 4_096;

interface Props {
  number: number;
  total: number;
  text: string | undefined;
  style: Style;
  needle: string;
  selected: boolean;
  onNumber: (number: number, event: MouseEvent) => void;
  fold: FoldState | null;
  /** Null: there is no column of times. */
  time: string | null;
  onFold: (number: number) => void;
}

export function LogLine({ number, total, text, style, needle, selected, onNumber, fold, onFold, time }: Props) {
  const title = text === undefined ? null : titleOf(text);
  return (
    <div role="listitem" class={selected ? 'line selected' : 'line'} aria-setsize={total} aria-posinset={number} data-line={number}>
      <a class="number" href={`#L${number}`} aria-label={`line ${number}`} onClick={(event) => onNumber(number, event)}>{number}</a>
      {time !== null && <span class="at">{time}</span>}
      {fold ? (
        <button type="button" class="fold" aria-expanded={fold === 'open'} onClick={() => onFold(number)}>
          <Icon name={fold === 'open' ? 'down' : 'chevron'} />
          <span class="text"><LineText text={title ?? ''} style={style} needle={needle} /></span>
        </button>
      ) : (
        <span class="text">{text === undefined ? null : <LineText text={title ?? text} style={style} needle={needle} />}</span>
      )}
    </div>
  );
}

function LineText({ text, style, needle }: { text: string; style: Style; needle: string }) {
  const [whole, showWhole] = useState(false);
  const said = readSaid(text);
  const shown = said?.text ?? text;
  const cut = shown.length > MAX_CHARACTERS && !whole;
  const tokens = tokenize(cut ? shown.slice(0, MAX_CHARACTERS) : shown, style).tokens;
  return (
    <>
      {said && <span class={`said ${said.kind}`}>{said.kind}</span>}
      {markTokens(tokens, needle).map((piece, at) => <PieceText key={at} piece={piece} />)}
      {cut && <button type="button" class="quiet" onClick={() => showWhole(true)}>show all {shown.length.toLocaleString('en')} characters</button>}
    </>
  );
}

function classesOf({ style, hit, masked }: Piece): string {
  const names = [
    style.bold && 'bold', style.dim && 'dim', style.italic && 'italic', style.underline && 'underline',
    style.strike && 'strike', hit && 'hit', masked && 'masked',
  ].filter(Boolean) as string[];
  const [fg, bg] = style.inverse ? [style.bg, style.fg] : [style.fg, style.bg];
  if (style.inverse) names.push('inverse');
  if (fg >= 0 && fg < 16) names.push(`fg${fg}`);
  if (bg >= 0 && bg < 16) names.push(`bg${bg}`);
  return names.join(' ');
}

/** Colours that a program chose by itself: the style sheet keeps the ink readable in every theme. */
function ownColours(fg: number, bg: number): Record<string, string> | undefined {
  if (bg >= 16) return { backgroundColor: hexOf(bg), color: fg >= 16 ? hexOf(fg) : fg < 0 ? inkOn(hexOf(bg)) : '' };
  return fg >= 16 ? { '--own': hexOf(fg) } : undefined;
}

function PieceText({ piece }: { piece: Piece }) {
  const { style } = piece;
  const [fg, bg] = style.inverse ? [style.bg, style.fg] : [style.fg, style.bg];
  const colours = ownColours(fg, bg);
  const names = [classesOf(piece), colours?.['--own'] && 'own-ink'].filter(Boolean).join(' ');
  if (style.href) {
    return <a class={names} style={colours} href={style.href} target="_blank" rel="noopener noreferrer nofollow">{piece.text}</a>;
  }
  if (!names && !colours) return <>{piece.text}</>;
  return <span class={names} style={colours} title={piece.masked ? 'a secret stood here' : undefined}>{piece.text}</span>;
}
