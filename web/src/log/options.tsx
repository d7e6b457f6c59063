// How the log is shown, and ways to take it along.

import type { ComponentChildren } from 'preact';
import { Icon } from '../parts/icon';
import type { LogView } from './pane';
import { nextTimeMode, timeMode } from './times';

const TIMES = { none: 'Times', clock: 'Clock', since: 'Elapsed' };

export function Options({ view }: { view: LogView }) {
  return (
    <>
      <Toggle on={view.errors.on.value} title="Only lines that speak of an error (e)" act={() => view.showErrors()}>Errors</Toggle>
      <Toggle on={view.scroll.loose.value} title="Wrap long lines (w)" act={() => view.wrap()}>Wrap</Toggle>
      <Toggle on={timeMode.value !== 'none'} title="When each line came (m)" act={nextTimeMode}>{TIMES[timeMode.value]}</Toggle>
      <details class="log-files">
        <summary class="quiet button"><Icon name="download" />Log</summary>
        <ul>
          <li><a href={view.plain} target="_blank" rel="noopener">Plain text, as a page</a></li>
          <li><a href={view.plain} download={`${view.file}.txt`}>Plain text, as a file</a></li>
          <li><a href={view.raw} download={`${view.file}.log`}>Raw, with every byte that was written</a></li>
        </ul>
      </details>
    </>
  );
}

function Toggle({ on, title, act, children }: { on: boolean; title: string; act: () => void; children: ComponentChildren }) {
  return <button type="button" class="quiet" aria-pressed={on} title={title} onClick={act}>{children}</button>;
}
