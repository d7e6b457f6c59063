// Filters that live in the address: a link to a filtered list is the list.

import { useEffect, useRef } from 'preact/hooks';
import { navigate, place, withFilter } from '../app/router';
import { Icon } from './icon';
import { lookOf } from './status';

const TYPING_PAUSE = 250;

export interface Filter {
  name: string;
  label: string;
  /** A closed list makes a menu, none a text field. */
  choices?: string[];
}

export function readFilters(filters: Filter[]): Record<string, string> {
  return Object.fromEntries(filters.map(({ name }) => [name, place.value.query.get(name) ?? '']));
}

function setFilter(name: string, value: string): void {
  navigate(withFilter({ [name]: value.trim() }), { replace: true });
}

export function FilterBar({ filters, search }: { filters: Filter[]; search?: Filter }) {
  const all = search ? [search, ...filters] : filters;
  const set = all.some(({ name }) => place.value.query.get(name));
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {search && <TextFilter filter={search} wide />}
      {filters.map((filter) => filter.choices
        ? <MenuFilter key={filter.name} filter={filter} choices={filter.choices} />
        : <TextFilter key={filter.name} filter={filter} />)}
      {set && <a class="chip clear" href={place.value.path}><Icon name="close" />Clear</a>}
    </form>
  );
}

function MenuFilter({ filter, choices }: { filter: Filter; choices: string[] }) {
  const value = place.value.query.get(filter.name) ?? '';
  return (
    <label class={value ? 'chip set' : 'chip'}>
      <span>{filter.label}</span>
      <select value={value} onChange={(event) => setFilter(filter.name, event.currentTarget.value)}>
        <option value="">any</option>
        {choices.map((choice) => <option key={choice} value={choice}>{lookOf(choice).word}</option>)}
        {value && !choices.includes(value) && <option value={value}>{value}</option>}
      </select>
    </label>
  );
}

function TextFilter({ filter, wide }: { filter: Filter; wide?: boolean }) {
  const value = place.value.query.get(filter.name) ?? '';
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();

  // The address may change under the field (Back, Clear); what is being typed must not.
  useEffect(() => {
    if (input.current && input.current !== document.activeElement) input.current.value = value;
    if (input.current && value === '') input.current.value = '';
  }, [value]);

  const typed = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setFilter(filter.name, text), TYPING_PAUSE);
  };
  return (
    <label class={`chip text ${wide ? 'wide' : ''} ${value ? 'set' : ''}`}>
      {wide ? <><Icon name="search" /><span class="hidden">{filter.label}</span></> : <span>{filter.label}</span>}
      <input
        ref={input}
        type="search"
        name={filter.name}
        defaultValue={value}
        placeholder={wide ? filter.label : 'any'}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => typed(event.currentTarget.value)}
      />
    </label>
  );
}
