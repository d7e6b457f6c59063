// Every webhook that came, with what became of it.

import { withQuery } from '../api/client';
import { useList } from '../api/list';
import type { Delivery } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { Sha } from '../parts/facts';
import { FilterBar, readFilters } from '../parts/filters';
import type { Filter } from '../parts/filters';
import { FirstSteps } from '../parts/first_steps';
import { Empty } from '../parts/notice';
import { RowList } from '../parts/row_list';
import { lookOf, StatusMark } from '../parts/status';
import { When } from '../parts/when';

const ROW_HEIGHT = 60;
const FILTERS: Filter[] = [
  { name: 'outcome', label: 'Outcome', choices: ['pending', 'started', 'ignored', 'duplicate', 'refused', 'failed'] },
  { name: 'event', label: 'Event' },
  { name: 'repository', label: 'Repository' },
];
const keyOf = (delivery: Delivery) => delivery.guid + delivery.received_at;

export function DeliveriesScreen() {
  useTitle('Deliveries');
  const filters = readFilters(FILTERS);
  const list = useList<Delivery>(withQuery('/deliveries', filters), 'deliveries', keyOf);
  const filtered = Object.values(filters).some(Boolean);
  const empty = filtered
    ? <Empty icon="search" title="No delivery fits these filters"><p><a href="/deliveries">Show all deliveries</a></p></Empty>
    : <Empty icon="deliveries" title="No webhook has come yet"><FirstSteps /></Empty>;
  return (
    <section class="screen fixed">
      <header class="screen-head"><h1>Deliveries</h1><FilterBar filters={FILTERS} /></header>
      <RowList
        list={list} label="Deliveries" rowHeight={ROW_HEIGHT} keyOf={keyOf}
        href={(delivery) => path`/deliveries/${delivery.guid}`}
        row={(delivery) => <DeliveryRow delivery={delivery} />} empty={empty}
      />
    </section>
  );
}

export function eventName(delivery: Delivery): string {
  return delivery.action ? `${delivery.event}: ${delivery.action}` : delivery.event;
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const facts = delivery.facts;
  const runs = delivery.runs?.length ?? 0;
  return (
    <>
      <StatusMark state={delivery.outcome} />
      <span class="row-text">
        <span class="row-title">
          <bdi>{eventName(delivery)}</bdi> <span class="row-note"><bdi>{delivery.reason}</bdi></span>
        </span>
        <span class="row-facts">
          <span class="keep">{lookOf(delivery.outcome).word}</span>
          {delivery.repository && <bdi>{delivery.repository}</bdi>}
          {(facts?.branch || facts?.tag) && <bdi>{facts.branch || facts.tag}</bdi>}
          {facts?.pull_request?.number && <span>pull request {facts.pull_request.number}</span>}
          {facts?.sha && <Sha value={facts.sha} />}
          <code>{delivery.guid.slice(0, 8)}</code>
        </span>
      </span>
      <span class="row-times">
        <span>{runs > 0 ? `${runs} run${runs > 1 ? 's' : ''}` : ''}</span>
        <When at={delivery.received_at} />
      </span>
    </>
  );
}
