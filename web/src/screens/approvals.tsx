// What waits for people, newest first.

import type { Approval } from '../api/approval';
import { withQuery } from '../api/client';
import { useList } from '../api/list';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { Sha } from '../parts/facts';
import { FilterBar, readFilters } from '../parts/filters';
import type { Filter } from '../parts/filters';
import { Empty } from '../parts/notice';
import { RowList } from '../parts/row_list';
import { StatusMark } from '../parts/status';
import { When } from '../parts/when';
import { APPROVAL_LOOKS, titleOf } from './approval_words';

const ROW_HEIGHT = 60;
const FILTERS: Filter[] = [
  { name: 'state', label: 'State', choices: ['pending', 'approved', 'rejected', 'void', 'expired'] },
  { name: 'repository', label: 'Repository' },
];
const keyOf = (approval: Approval) => approval.id;

export function ApprovalsScreen() {
  useTitle('Approvals');
  const filters = readFilters(FILTERS);
  const list = useList<Approval>(withQuery('/approvals', filters), 'approvals', keyOf);
  const filtered = Object.values(filters).some(Boolean);
  const empty = filtered
    ? <Empty icon="search" title="No approval fits these filters"><p><a href="/approvals">Show all approvals</a></p></Empty>
    : <NoApprovals />;
  return (
    <section class="screen fixed">
      <header class="screen-head"><h1>Approvals</h1><FilterBar filters={FILTERS} /></header>
      <RowList
        list={list} label="Approvals" rowHeight={ROW_HEIGHT} keyOf={keyOf}
        href={(approval) => path`/approvals/${approval.id}`}
        row={(approval) => <ApprovalRow approval={approval} />} empty={empty}
      />
    </section>
  );
}

function NoApprovals() {
  return (
    <Empty icon="check" title="Nothing waits for an approval">
      <p>Pull requests from forks do, and jobs whose environment has rules: <code>triphammer environment set OWNER/NAME production --approvals 1</code></p>
    </Empty>
  );
}

function ApprovalRow({ approval }: { approval: Approval }) {
  const look = APPROVAL_LOOKS[approval.state];
  return (
    <>
      <StatusMark state={look.state} />
      <span class="row-text">
        <span class="row-title"><bdi>{titleOf(approval)}</bdi> <span class="row-note">{look.word}{approval.reason ? <>: <bdi>{approval.reason}</bdi></> : null}</span></span>
        <span class="row-facts">
          <span class="keep"><bdi>{approval.repository}</bdi></span>
          <bdi>{approval.run.workflow}</bdi>
          <Sha value={approval.sha} />
          {approval.needed > 0 && <span>{approval.given} of {approval.needed}</span>}
          <bdi>{approval.run.title}</bdi>
        </span>
      </span>
      <span class="row-times"><When at={approval.created_at} /></span>
    </>
  );
}
