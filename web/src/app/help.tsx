// "?": every key that works here, and the switch for single letters.

import { signal } from '@preact/signals';
import { live } from '../api/live';
import { Dialog } from '../parts/dialog';
import { activeKeys, lettersOff, setLettersOff } from './keys';

export const helpOpen = signal(false);

export function Help() {
  if (!helpOpen.value) return null;
  const version = live.hello.value?.version;
  return (
    <Dialog title="Keyboard" onClose={() => (helpOpen.value = false)}>
      <dl class="key-list">
        {activeKeys.value.filter((key, at, all) => all.findIndex((each) => each.keys === key.keys) === at).map((key) => (
          <div key={key.keys}>
            <dt>{key.keys.split(' ').map((part) => <kbd key={part}>{part}</kbd>)}</dt>
            <dd>{key.says}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={lettersOff.value} onChange={(event) => setLettersOff(event.currentTarget.checked)} />
        Switch single-letter keys off
      </label>
      <p class="quiet-text">
        Triphammer {version ?? ''} · <a href="/licenses.txt" target="_blank" rel="noopener">licences of the parts</a>
      </p>
      <div class="buttons"><button type="button" onClick={() => (helpOpen.value = false)}>Close</button></div>
    </Dialog>
  );
}
