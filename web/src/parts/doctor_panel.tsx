// What `triphammer doctor` has to say, for admins: a line on the first page where something is to be mended.

import { live } from '../api/live';
import { useResource } from '../api/resource';
import type { Finding } from '../api/doctor';
import { Icon } from './icon';
import { Code } from './notice';

interface Report {
  findings: Finding[];
}

export function DoctorPanel() {
  const isAdmin = live.hello.value?.role === 'admin';
  const report = useResource<Report>(isAdmin ? '/doctor' : null);
  const open = report.data.value?.findings.filter((finding) => finding.state !== 'ok') ?? [];
  if (open.length === 0) return null;
  const errors = open.filter((finding) => finding.state === 'error').length;
  return (
    <details class="doctor" open={errors > 0}>
      <summary><Icon name="warning" class={errors > 0 ? 'tone-bad' : 'tone-wait'} />{says(errors, open.length - errors)}</summary>
      <ul>{open.map((finding, at) => <One key={at} finding={finding} />)}</ul>
    </details>
  );
}

function says(errors: number, warnings: number): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const found = [errors > 0 && count(errors, 'error'), warnings > 0 && count(warnings, 'warning')].filter(Boolean);
  return `This server: ${found.join(', ')}`;
}

function One({ finding }: { finding: Finding }) {
  return (
    <li>
      <Icon name={finding.state === 'error' ? 'cross' : 'warning'} class={finding.state === 'error' ? 'tone-bad' : 'tone-wait'} />
      <span><strong>{finding.name}</strong> <bdi>{finding.text}</bdi>{finding.remedy && <Code>{finding.remedy}</Code>}</span>
    </li>
  );
}
