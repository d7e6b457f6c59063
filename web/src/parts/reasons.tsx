// Why something started or did not: the tree that the planner left.

import type { Reason } from '../api/types';
import { Icon } from './icon';

export function Reasons({ reason }: { reason: Reason }) {
  return <ul class="reasons"><Branch reason={reason} /></ul>;
}

function Branch({ reason }: { reason: Reason }) {
  const children = reason.children ?? [];
  return (
    <li>
      <span class={`reason ${reason.yes ? 'yes' : 'no'}`}>
        <Icon name={reason.yes ? 'check' : 'cross'} />
        <span class="hidden">{reason.yes ? 'yes: ' : 'no: '}</span>
        <span>{reason.text}</span>
        <code>{reason.code}</code>
      </span>
      {children.length > 0 && <ul>{children.map((child, at) => <Branch key={at} reason={child} />)}</ul>}
    </li>
  );
}
