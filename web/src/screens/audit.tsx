// Who did what, from where: rows that nobody can change. For admins.

import { useSignal } from '@preact/signals';
import type { AuditCheck, AuditRow } from '../api/audit';
import { getJson, withQuery } from '../api/client';
import { useList } from '../api/list';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { FilterBar, readFilters } from '../parts/filters';
import type { Filter } from '../parts/filters';
import { attempt, Empty } from '../parts/notice';
import { RowList } from '../parts/row_list';
import { StatusMark } from '../parts/status';
import { When } from '../parts/when';

const ROW_HEIGHT = 60;
const FILTERS: Filter[] = [
  { name: 'actor', label: 'Who' },
  { name: 'action', label: 'Action' },
  { name: 'object', label: 'Object' },
  { name: 'repository', label: 'Repository' },
  { name: 'outcome', label: 'Outcome', choices: ['done', 'refused', 'failed'] },
  { name: 'from', label: 'From' },
  { name: 'until', label: 'Until' },
];
const keyOf = (row: AuditRow) => String(row.seq);

export function AuditScreen() {
  useTitle('Audit');
  const filters = readFilters(FILTERS);
  const list = useList<AuditRow>(withQuery('/audit', filters), 'audits', keyOf);
  const filtered = Object.values(filters).some(Boolean);
  return (
    <section class="screen fixed">
      <header class="screen-head">
        <h1>Audit</h1>
        <FilterBar filters={FILTERS} />
        <span class="grow" />
        <Check />
        <a class="button quiet" href={`/api/v1${withQuery('/audit/export', filters)}`} download="audit.jsonl">Download</a>
      </header>
      <RowList
        list={list} label="Audit" rowHeight={ROW_HEIGHT} keyOf={keyOf}
        href={(row) => path`/audit` + withQuery('', { object: row.object, action: row.action })}
        row={(row) => <Row row={row} />}
        empty={<Empty icon="search" title={filtered ? 'Nothing fits these filters' : 'Nothing was done yet'}>{filtered && <p><a href="/audit">Show all</a></p>}</Empty>}
      />
    </section>
  );
}

/** Whether each row's hash follows from the row before. */
function Check() {
  const found = useSignal<AuditCheck | null>(null);
  const check = () => attempt(async () => {
    found.value = await getJson<AuditCheck>('/audit/verify');
  }, '');
  const says = found.value?.broken
    ? <span class="bad-text" role="status">row {found.value.broken.seq}: {found.value.broken.why}</span>
    : found.value && <span role="status">{found.value.rows} rows, whole</span>;
  return <>{says}<button type="button" class="quiet" onClick={() => void check()}>Check the chain</button></>;
}

function Row({ row }: { row: AuditRow }) {
  return (
    <>
      <StatusMark state={row.outcome === 'done' ? 'succeeded' : row.outcome} />
      <span class="row-text">
        <span class="row-title">
          <strong><bdi>{row.actor || 'nobody'}</bdi></strong> <code>{row.action}</code> <bdi>{row.object}</bdi>
          {row.outcome !== 'done' && <span class="bad-text"> {row.outcome}</span>}
        </span>
        <span class="row-facts">
          {row.repository && <bdi>{row.repository}</bdi>}
          {row.address && <span>{row.address === 'unix' ? 'command line' : row.address}</span>}
          {row.reason && <bdi>{row.reason}</bdi>}
          <bdi>{changeText(row)}</bdi>
        </span>
      </span>
      <span class="row-times"><span>{row.seq}</span><When at={row.at} /></span>
    </>
  );
}

/** 'role: viewer → admin' for each field that is not as it was. */
function changeText({ before, after }: AuditRow): string {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].map((name) => {
    const was = valueText(before?.[name]);
    const is = valueText(after?.[name]);
    if (was === is) return '';
    return was ? `${name}: ${was} → ${is || 'nothing'}` : `${name}: ${is}`;
  }).filter(Boolean).join(', ');
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
