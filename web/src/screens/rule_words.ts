// The rules of an environment in a line.

import type { EnvironmentRules } from '../api/rules';

export function describeRules(rules: EnvironmentRules): string {
  const said: string[] = [];
  if (rules.approvals > 0) {
    const whose = rules.reviewers.length > 0 ? ` of ${rules.reviewers.join(', ')}` : '';
    said.push(`${rules.approvals} ${rules.approvals === 1 ? 'approval' : 'approvals'}${whose}`);
  }
  if (rules.branches.length > 0) said.push(`only ${rules.branches.join(', ')}`);
  if (rules.wait_minutes > 0) said.push(`waits ${rules.wait_minutes} min`);
  if (rules.freezes.length > 0) said.push(`${rules.freezes.length} ${rules.freezes.length === 1 ? 'freeze' : 'freezes'}`);
  return (said.join(' · ') || 'no rules') + (rules.inherited ? ', as * says' : '');
}
