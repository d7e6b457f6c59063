import { Icon } from '../parts/icon';
import type { LogSearch } from './search';

export function SearchBar({ search }: { search: LogSearch }) {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') search.step(event.shiftKey ? -1 : 1);
    if (event.key === 'Escape') (event.currentTarget as HTMLElement).blur();
  };
  const found = search.needle.value !== '';
  return (
    <div class="log-search" role="search">
      <label>
        <Icon name="search" /><span class="hidden">Search the log</span>
        <input type="search" placeholder="Search the log" autocomplete="off" spellcheck={false}
          value={search.needle.value} onInput={(event) => search.type(event.currentTarget.value)} onKeyDown={onKey} />
      </label>
      {found && <span class="quiet-text hits" role="status">{says(search)}</span>}
      {found && search.hits.value.length > 1 && (
        <>
          <button type="button" class="quiet icon-only" title="Previous hit (N)" onClick={() => search.step(-1)}>
            <Icon name="up" /><span class="hidden">Previous hit</span>
          </button>
          <button type="button" class="quiet icon-only" title="Next hit (n)" onClick={() => search.step(1)}>
            <Icon name="down" /><span class="hidden">Next hit</span>
          </button>
        </>
      )}
    </div>
  );
}

function says(search: LogSearch): string {
  if (search.busy.value) return 'searching';
  const total = search.total.value;
  if (total === 0) return 'no hit';
  return `${(search.at.value + 1).toLocaleString('en')} of ${total.toLocaleString('en')}`;
}
