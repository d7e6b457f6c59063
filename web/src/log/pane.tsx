// The log of one step: a window over any number of lines, live while it grows.

import { computed, effect, signal, untracked } from '@preact/signals';
import { useCallback, useEffect, useMemo } from 'preact/hooks';
import { getLog, withQuery } from '../api/client';
import { live } from '../api/live';
import { useKeys } from '../app/keys';
import { navigate, path, place } from '../app/router';
import { Icon } from '../parts/icon';
import { copy, Failure } from '../parts/notice';
import { VirtualRows, VirtualScroll } from '../parts/virtual_rows';
import { Folds } from './folds';
import { Follow } from './follow';
import { LogLine } from './line';
import { LogPages, PAGE_LINES } from './pages';
import { LogSearch } from './search';
import { SearchBar } from './search_bar';
import { clickedSelection, readSelection, writeSelection } from './selection';

export const LINE_HEIGHT = 18;
const LINE_LIMIT = 65_536;

interface Props {
  run: string;
  job: string;
  step: number;
  attempt: number;
  name: string;
  /** The step still writes: begin at the end and stay there. */
  growing: boolean;
  /** It failed: begin at the end, where the reason most often stands. */
  failed: boolean;
}

export class LogView {
  readonly scroll = new VirtualScroll(LINE_HEIGHT);
  readonly folds = new Folds(PAGE_LINES);
  /** Goes up with every change of what is folded. */
  readonly foldings = signal(0);
  readonly pages: LogPages;
  /** Lines that are not folded away. */
  readonly rows = computed(() => {
    void this.foldings.value;
    return this.folds.rows(this.pages.total.value);
  });
  readonly follow: Follow;
  readonly search: LogSearch;
  readonly raw: string;
  /** The page's own address of this step. */
  readonly address: string;

  constructor({ run, job, step, attempt, growing, failed }: Props) {
    const address = path`/runs/${run}/jobs/${job}/log`;
    const query = { step, attempt };
    this.address = path`/runs/${run}/jobs/${job}/steps/${step}`;
    this.raw = `/api/v1${withQuery(`${address}/raw`, query)}`;
    this.pages = new LogPages((from, to, abort) =>
      getLog(withQuery(address, { ...query, from_line: from, to_line: to, line_limit: LINE_LIMIT }), abort),
      (index, lines) => this.learn(index, lines));
    const linked = readSelection(location.hash) !== null;
    this.follow = new Follow(this.scroll, this.rows, (growing || failed) && !linked);
    this.search = new LogSearch(address, query, (line) => this.show(line), () => this.topLine());
  }

  topLine(): number {
    return this.folds.lineOf(Math.floor(this.scroll.offset.peek() / LINE_HEIGHT));
  }

  show(line: number): void {
    this.follow.stop();
    if (this.folds.reveal(line)) this.refold();
    this.scroll.setCount(this.rows.peek());
    this.scroll.showRow(this.folds.rowOf(line));
  }

  fold(line: number): void {
    this.follow.stop();
    this.folds.toggle(line);
    this.refold();
  }

  private refold(): void {
    this.follow.unfolded(this.folds.rows(this.pages.total.peek()) - this.rows.peek());
    this.foldings.value++;
  }

  /** What is folded above the window does not move what is in it. */
  private learn(page: number, lines: string[]): void {
    const top = this.topLine();
    const part = this.scroll.offset.peek() % LINE_HEIGHT;
    if (!this.folds.learn(page, lines, top)) return;
    this.foldings.value++;
    if (this.follow.on.peek()) return;
    this.scroll.setCount(this.rows.peek());
    this.scroll.moveTo(this.folds.rowOf(top) * LINE_HEIGHT + part);
  }
}

function useLogView(props: Props): LogView {
  const { run, job, step, attempt } = props;
  const view = useMemo(() => new LogView(props), [run, job, step, attempt]);
  useEffect(() => {
    const unsubscribe = live.subscribe(`log:${run}/${job}/${step}`, (event) => {
      if (event.type === 'resync') return;
      view.pages.grow(event.lines ?? 0, event.bytes ?? 0, event.done === true);
    });
    const stopFollow = view.follow.start();
    view.pages.want([1]);
    return () => {
      unsubscribe();
      stopFollow();
      view.pages.end();
      view.search.end();
    };
  }, [view]);
  useEffect(() => goToLink(view), [view]);
  return view;
}

/** Brings the linked lines into view, as soon as the log is known to be that long. */
function goToLink(view: LogView): () => void {
  let shown = '';
  return effect(() => {
    const { hash } = place.value;
    const total = view.pages.total.value;
    const linked = readSelection(hash);
    const drawn = view.scroll.viewport.value > 0;
    if (!linked || !drawn || hash === shown || total < linked.first) return;
    shown = hash;
    untracked(() => {
      view.show(linked.first);
    });
  });
}

function usePaneKeys(view: LogView): void {
  useKeys([
    { keys: 't', says: 'follow the end of the log', run: () => view.follow.toggle() },
    { keys: '/', says: 'search the log', run: focusSearch },
    { keys: 'n', says: 'next hit', run: () => view.search.step(1) },
    { keys: 'N', says: 'previous hit', run: () => view.search.step(-1) },
    { keys: 'l', says: 'copy a link to the lines', run: () => copy(location.href, 'link') },
  ], [view]);
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('.log-search input')?.focus();
}

export function LogPane(props: Props) {
  const view = useLogView(props);
  usePaneKeys(view);
  const total = view.pages.total.value;
  return (
    <section class="log" aria-label="Log">
      <LogHead view={view} name={props.name} total={total} />
      {view.pages.error.value !== undefined && <Failure error={view.pages.error.value} />}
      {total === 0 ? <NoLines view={view} growing={props.growing} /> : <Lines view={view} total={total} name={props.name} />}
      <JumpToEnd view={view} />
      <p class="hidden" role="status" aria-live="polite">{view.pages.done.value ? 'The step has ended.' : 'The step is writing.'}</p>
    </section>
  );
}

function LogHead({ view, name, total }: { view: LogView; name: string; total: number }) {
  return (
    <header class="log-head">
      <h3><bdi>{name}</bdi></h3>
      <span class="quiet-text count">{total.toLocaleString('en')} lines</span>
      <span class="grow" />
      <SearchBar search={view.search} />
      {!view.pages.done.value && (
        <button type="button" class="quiet" aria-pressed={view.follow.on.value} title="Stay at the end (t)" onClick={() => view.follow.toggle()}>
          <Icon name="down" />Follow
        </button>
      )}
      <a class="quiet button icon-only" href={view.raw} target="_blank" rel="noopener" title="Plain log">
        <Icon name="download" /><span class="hidden">Plain log</span>
      </a>
    </header>
  );
}

function Lines({ view, total, name }: { view: LogView; total: number; name: string }) {
  void view.pages.version.value; // draw again when lines came
  const selection = readSelection(place.value.hash);
  const needle = view.search.needle.value;
  void view.foldings.value;
  const onRange = useCallback((first: number, end: number) => {
    view.pages.want(Array.from({ length: Math.max(1, end - first) }, (_, at) => view.folds.lineOf(first + at)));
  }, [view]);
  const onFold = useCallback((number: number) => view.fold(number), [view]);
  const onNumber = useCallback((number: number, event: MouseEvent) => {
    event.preventDefault();
    const next = clickedSelection(readSelection(location.hash), number, event.shiftKey);
    navigate(view.address + writeSelection(next), { replace: true });
  }, [view]);
  const row = (index: number) => {
    const number = view.folds.lineOf(index);
    return (
      <LogLine
        key={number} number={number} total={total} needle={needle} onNumber={onNumber}
        text={view.pages.line(number)} style={view.pages.styleAt(number)}
        selected={selection !== null && number >= selection.first && number <= selection.last}
        fold={view.folds.stateOf(number)} onFold={onFold}
      />
    );
  };
  return <VirtualRows scroll={view.scroll} count={view.rows.value} label={`Log of ${name}`} class="lines" row={row} onRange={onRange} />;
}

function NoLines({ view, growing }: { view: LogView; growing: boolean }) {
  const said = view.pages.done.value ? 'This step wrote nothing.' : growing ? 'Waiting for the first line.' : 'Nothing was written yet.';
  return <p class="quiet-text no-lines">{said}</p>;
}

function JumpToEnd({ view }: { view: LogView }) {
  if (view.pages.done.value || view.follow.on.value || view.pages.total.value === 0) return null;
  const unseen = view.follow.unseen.value;
  return (
    <button type="button" class="pill bottom" onClick={() => view.follow.resume()}>
      <Icon name="down" />{unseen > 0 ? `${unseen.toLocaleString('en')} new lines` : 'Jump to the end'}
    </button>
  );
}
