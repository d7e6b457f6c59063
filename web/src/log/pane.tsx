// The log of one step: a window over any number of lines, live while it grows.

import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { useCallback, useEffect, useMemo } from 'preact/hooks';
import { getJson, getLog, withQuery } from '../api/client';
import { live } from '../api/live';
import type { LiveEvent } from '../api/types';
import { readStored, store, useKeys } from '../app/keys';
import { navigate, path, place } from '../app/router';
import { Icon } from '../parts/icon';
import { copy, Failure } from '../parts/notice';
import { VirtualRows, VirtualScroll } from '../parts/virtual_rows';
import { countBelow, ErrorLines } from './errors';
import { Folds } from './folds';
import type { Mark } from './folds';
import { Follow } from './follow';
import { LogLine } from './line';
import { Options } from './options';
import { LogPages, PAGE_LINES } from './pages';
import { LogSearch } from './search';
import { SearchBar } from './search_bar';
import { clickedSelection, readSelection, writeSelection } from './selection';
import type { Selection } from './selection';
import { StepHeader } from './step_header';
import { Ticks } from './ticks';
import { LogTimes, nextTimeMode, timeMode, timeText } from './times';
import type { Moments } from './times';

export const LINE_HEIGHT = 18;
const LINE_LIMIT = 65_536;
const WRAP = 'triphammer.log-wrap';

interface Props {
  run: string;
  job: string;
  step: number;
  attempt: number;
  /** Not the newest attempt: nothing of it changes any more. */
  isOlder: boolean;
  name: string;
  /** The step still writes: begin at the end and stay there. */
  growing: boolean;
  /** The workflow has it, it is none of the runner's own. */
  isOwn: boolean;
  startedAt?: string | null;
  /** It failed: begin at the end, where the reason most often stands. */
  failed: boolean;
}

export class LogView {
  readonly scroll = new VirtualScroll(LINE_HEIGHT);
  readonly folds = new Folds(PAGE_LINES);
  /** Goes up with every change of what is folded. */
  readonly foldings = signal(0);
  readonly pages: LogPages;
  readonly errors: ErrorLines;
  /** Lines that are shown: not folded away, or those of errors. */
  readonly rows = computed(() => {
    void this.foldings.value;
    return this.filtered?.length ?? this.folds.rows(this.pages.total.value);
  });
  readonly follow: Follow;
  readonly search: LogSearch;
  readonly times: LogTimes;
  readonly startedAt: number | null;
  private readonly groups: string;
  /** How long the log was when it was last asked where its groups are. */
  private groupsKnown = 0;
  readonly raw: string;
  readonly plain: string;
  /** A name for what is downloaded. */
  readonly file: string;
  /** The step's address, of the page and of the API. */
  readonly address: string;
  /** What the page's address has behind it. */
  private readonly older: string;

  constructor({ run, job, step, attempt, isOlder, growing, failed, startedAt }: Props) {
    const address = path`/runs/${run}/jobs/${job}/log`;
    const query = { step, attempt };
    this.address = path`/runs/${run}/jobs/${job}/steps/${step}`;
    this.older = isOlder ? `?attempt=${attempt}` : '';
    this.raw = `/api/v1${withQuery(`${address}/raw`, query)}`;
    this.plain = `${this.raw}&plain=true`;
    this.file = `run-${run}-job-${job}-step-${step}`;
    this.startedAt = startedAt ? Date.parse(startedAt) : null;
    this.groups = withQuery(`${address}/groups`, query);
    this.errors = new ErrorLines(address, query);
    this.times = new LogTimes((from, to, abort) =>
      getJson<Moments>(withQuery(`${address}/times`, { ...query, from_line: from, to_line: to }), abort));
    this.scroll.loose.value = readStored(WRAP) === 'yes';
    this.pages = new LogPages((from, to, abort) =>
      getLog(withQuery(address, { ...query, from_line: from, to_line: to, line_limit: LINE_LIMIT }), abort),
      (index, lines) => this.learn((top) => this.folds.learn(index, lines, top)));
    const linked = readSelection(location.hash) !== null;
    this.follow = new Follow(this.scroll, this.rows, (growing || failed) && !linked);
    this.search = new LogSearch(address, query, (line) => this.show(line), () => this.topLine());
  }

  choose(selection: Selection): void {
    navigate(this.address + this.older + writeSelection(selection), { replace: true });
  }

  /** Lines of errors, where only those are shown. */
  private get filtered(): number[] | null {
    return this.errors.on.value ? this.errors.lines.value ?? [] : null;
  }

  lineOf(row: number): number {
    return this.filtered?.[row] ?? this.folds.lineOf(row);
  }

  /** For a line that is not shown: the row of the one before it. */
  rowOf(line: number): number {
    const { filtered } = this;
    return filtered ? Math.max(0, countBelow(filtered, line + 1) - 1) : this.folds.rowOf(line);
  }

  /** Groups of pages that nobody looks at: asked for when the log has doubled, and at its end. */
  async findGroups(): Promise<void> {
    const total = this.pages.total.peek();
    const wanted = this.pages.done.peek() ? this.groupsKnown + PAGE_LINES : Math.max(2 * this.groupsKnown, 2 * PAGE_LINES);
    if (total < wanted) return;
    this.groupsKnown = total;
    try {
      const { items, lines } = await getJson<{ items: Mark[]; lines: number }>(this.groups);
      this.learn((top) => this.folds.learnAll(items, lines, top));
    } catch {
      // groups fold as they are loaded; what is wrong with the log, its lines say
    }
  }

  topLine(): number {
    return untracked(() => this.lineOf(this.scroll.top.row));
  }

  show(line: number): void {
    this.follow.stop();
    // While the first look is out nobody knows: then all lines are shown, too.
    const isShown = !this.errors.on.peek() || this.errors.lines.peek()?.includes(line);
    if (!isShown) this.changeRows(() => this.errors.toggle());
    if (this.folds.reveal(line)) this.refold();
    this.scroll.setCount(this.rows.peek());
    this.scroll.showRow(untracked(() => this.rowOf(line)));
  }

  /** Only lines of errors, and back to where the reader is in all of them. */
  showErrors(): void {
    const line = this.topLine();
    this.follow.stop();
    this.changeRows(() => this.errors.toggle());
    if (!this.errors.on.peek()) this.show(line);
  }

  /** What the reader has chosen stays in view, else the line on top. */
  wrap(): void {
    const chosen = readSelection(location.hash)?.first ?? 0;
    const row = chosen > 0 ? untracked(() => this.rowOf(chosen)) : -1;
    const { first, end } = untracked(() => this.scroll.range);
    this.scroll.setLoose(!this.scroll.loose.peek());
    if (row >= first && row < end && !this.follow.on.peek()) this.scroll.showRow(row);
    store(WRAP, this.scroll.loose.peek() ? 'yes' : 'no');
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

  /** Rows that come and go because the reader chose so are nothing new. */
  private changeRows(change: () => void): void {
    const before = this.rows.peek();
    batch(() => {
      change();
      this.follow.unfolded(this.rows.peek() - before);
    });
  }

  /** What is folded above the window does not move what is in it, and is nothing new. */
  private learn(learn: (top: number) => boolean): void {
    const { row, y } = this.scroll.top;
    const top = untracked(() => this.lineOf(row));
    const before = this.rows.peek();
    if (!learn(top)) return;
    if (!this.errors.on.peek()) this.follow.unfolded(this.folds.rows(this.pages.total.peek()) - before);
    this.foldings.value++;
    if (this.follow.on.peek() || this.errors.on.peek()) return;
    this.scroll.setCount(this.rows.peek());
    this.scroll.pin({ row: this.folds.rowOf(top), y });
  }
}

function useLogView(props: Props): LogView {
  const { run, job, step, attempt, isOlder } = props;
  const view = useMemo(() => new LogView(props), [run, job, step, attempt]);
  useEffect(() => {
    const grow = (event: LiveEvent) => {
      if (event.type !== 'resync') view.pages.grow(event.lines ?? 0, event.bytes ?? 0, event.done === true);
    };
    const unsubscribe = isOlder ? () => undefined : live.subscribe(`log:${run}/${job}/${step}`, grow);
    const stopFollow = view.follow.start();
    const stopLooking = effect(() => {
      void view.pages.done.value;
      if (view.pages.total.value > 0) view.errors.grew();
      void view.findGroups();
    });
    view.pages.want([1]);
    return () => {
      stopLooking();
      view.errors.end();
      view.times.end();
      unsubscribe();
      stopFollow();
      view.pages.end();
      view.search.end();
    };
  }, [view]);
  useEffect(() => goToLink(view), [view]);
  return view;
}

/** Brings the linked lines into view, as soon as the log is known to be that long; one of a page may be drawn as a whole, where what is
 * not loaded yet would push them out again. */
export function goToLink(view: LogView): () => void {
  let shown = '';
  return effect(() => {
    const { hash } = place.value;
    const total = view.pages.total.value;
    const linked = readSelection(hash);
    const drawn = view.scroll.viewport.value > 0;
    void view.pages.version.value;
    if (!linked || !drawn || hash === shown || total < linked.first) return;
    if (total <= PAGE_LINES && view.pages.line(linked.first) === undefined) return;
    shown = hash;
    untracked(() => {
      view.show(linked.first);
    });
  });
}

function usePaneKeys(view: LogView): void {
  useKeys([
    { keys: 't', says: 'follow the end of the log', run: () => view.follow.toggle() },
    { keys: 'w', says: 'wrap long lines', run: () => view.wrap() },
    { keys: 'm', says: 'when each line came: clock, since the start, not', run: nextTimeMode },
    { keys: 'e', says: 'only lines that speak of an error', run: () => view.showErrors() },
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
      {props.isOwn && <StepHeader address={view.address} attempt={props.attempt} />}
      {total === 0 ? <NoLines view={view} growing={props.growing} /> : <Lines view={view} total={total} name={props.name} />}
      <JumpToEnd view={view} />
      <p class="hidden" role="log" aria-live="polite" aria-label="State of the log">{view.pages.done.value ? `The step has ended after ${total.toLocaleString('en')} lines.` : 'The step is writing.'}</p>
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
      <Options view={view} />
    </header>
  );
}

function Lines({ view, total, name }: { view: LogView; total: number; name: string }) {
  void view.pages.version.value; // draw again when lines came
  const selection = readSelection(place.value.hash);
  const needle = view.search.needle.value;
  void view.foldings.value;
  const mode = timeMode.value;
  if (mode !== 'none') void view.times.version.value;
  const onRange = useCallback((first: number, end: number) => {
    const lines = untracked(() => Array.from({ length: Math.max(1, end - first) }, (_, at) => view.lineOf(first + at)));
    view.pages.want(lines);
    if (mode !== 'none') view.times.want(lines, view.pages.total.peek());
  }, [view, mode, total]);
  const onFold = useCallback((number: number) => view.fold(number), [view]);
  const onNumber = useCallback((number: number, event: MouseEvent) => {
    event.preventDefault();
    view.choose(clickedSelection(readSelection(location.hash), number, event.shiftKey));
  }, [view]);
  const row = (index: number) => {
    const number = view.lineOf(index);
    return (
      <LogLine
        key={number} number={number} total={total} needle={needle} onNumber={onNumber}
        text={view.pages.line(number)} style={view.pages.styleAt(number)}
        selected={selection !== null && number >= selection.first && number <= selection.last}
        fold={view.errors.on.value ? null : view.folds.stateOf(number)} onFold={onFold}
        time={mode === 'none' ? null : timeText(view.times.at(number), mode, view.startedAt)}
      />
    );
  };
  const rows = view.rows.value;
  const hits = view.search.hits.value;
  return (
    <>
      {view.errors.on.value && <ErrorsNote view={view} />}
      <div class="lines-and-ticks">
        <VirtualRows scroll={view.scroll} count={rows} label={`Log of ${name}`} class="lines" row={row} onRange={onRange} />
        {hits.length > 0 && <Ticks rows={hits.map((line) => view.rowOf(line))} count={rows} />}
      </div>
    </>
  );
}

function ErrorsNote({ view }: { view: LogView }) {
  const found = view.errors.lines.value;
  const said = found === null ? 'Looking for errors.'
    : found.length === 0 ? 'No line speaks of an error.'
    : `${found.length.toLocaleString('en')} lines speak of an error${view.errors.isCut.value ? '; there are more' : ''}.`;
  return <p class="errors-note" role="status">{said} <button type="button" class="quiet" onClick={() => view.showErrors()}>All lines</button></p>;
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
