// A workflow's text to be read: one block, whatever its length, as text and nothing else.

import { CopyButton } from './notice';

/** Characters that would show the text in another order than it has. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

export function YamlText({ text, label }: { text: string; label: string }) {
  return (
    <div class="yaml-text">
      <CopyButton text={text} what="text" />
      <pre tabIndex={0} role="region" aria-label={label}>{text.replace(TURNS, '\ufffd')}</pre>
    </div>
  );
}
