// What a run's Terraform jobs planned and applied, from what the server says of them. Pure.

import type { Approval } from '../api/approval';
import type { Deployment, Job, Summaries } from '../api/types';

/** In the order in which people want to read them. */
export const ACTIONS = ['destroy', 'replace', 'forget', 'update', 'create'] as const;
export type Action = (typeof ACTIONS)[number];

export const ACTION_LOOKS: Record<Action, { sign: string; tone: string; word: string }> = {
  destroy: { sign: '−', tone: 'bad', word: 'to destroy' },
  replace: { sign: '±', tone: 'bad', word: 'to replace' },
  forget: { sign: '?', tone: 'wait', word: 'to forget' },
  update: { sign: '~', tone: 'wait', word: 'to update' },
  create: { sign: '+', tone: 'good', word: 'to create' },
};

export interface Change {
  action: Action;
  address: string;
  /** 'size: 1 → 2', of those that are known. */
  values: string[];
}

/** What makes an update a replacement, as the runner says it. */
const FORCES = '  # forces replacement';

export function readValue(line: string): { text: string; forces: boolean } {
  const forces = line.endsWith(FORCES);
  return { text: forces ? line.slice(0, -FORCES.length) : line, forces };
}

export interface FolderPlan {
  folder: string;
  /** "1 to create, 2 to destroy" */
  says: string;
  changes: Change[];
  /** More that are not named. */
  more: string;
}

const HEADING = /^### Plan of (.+): ([^:]*)$/;
const CHANGE = /^\S (destroy|replace|forget|update|create) (.+)$/;

/** The summary of a plan or an apply, in the lines that the runner writes: a heading for each folder, "- destroy ADDRESS" below, and
 * once more with the values that change, indented. */
export function readPlans(markdown: string): FolderPlan[] {
  const plans: FolderPlan[] = [];
  const known = new Map<string, Change>();
  let last: Change | undefined;
  for (const line of markdown.split('\n')) {
    const heading = HEADING.exec(line);
    if (heading) {
      plans.push({ folder: heading[1] ?? '', says: heading[2] ?? '', changes: [], more: '' });
      known.clear();
      last = undefined;
    }
    const plan = plans[plans.length - 1];
    if (!plan) continue;
    const change = CHANGE.exec(line);
    if (change) {
      last = known.get(line) ?? { action: change[1] as Action, address: change[2] ?? '', values: [] };
      if (!known.has(line)) plan.changes.push(last);
      known.set(line, last);
    } else if (last && line.startsWith('    ')) last.values.push(line.slice(4));
    if (line.startsWith('… and ')) plan.more = line;
  }
  return plans;
}

export type Fate = 'done' | 'failed' | 'interrupted' | 'not begun';

const FATES: [string, Fate][] = [['Done', 'done'], ['Failed', 'failed'], ['Interrupted', 'interrupted'], ['Not begun', 'not begun']];

/** What an apply that did not come to its end did with "destroy thing.old"; empty for any other reason. */
export function readFates(reason: string | null | undefined): Map<string, Fate> {
  const fates = new Map<string, Fate>();
  if (!reason?.includes('partially applied: ')) return fates;
  for (const [title, fate] of FATES) {
    const found = new RegExp(` ${title}: (.+?)\\.(?= (?:Done|Failed|Interrupted|Not begun): | |$)`).exec(reason);
    // An address may hold a comma, a name of an action behind it begins the next one.
    for (const name of (found?.[1] ?? '').split(/, (?=(?:destroy|replace|forget|update|create|…))/)) if (name !== '' && name !== '…') fates.set(name, fate);
  }
  return fates;
}

export interface TerraformJob {
  job: Job;
  plans: FolderPlan[];
  /** Of what it planned; of an apply what it did. */
  hash: string | null;
  deployment: Deployment | undefined;
  approvals: Approval[];
}

export function isTerraform(job: Job): boolean {
  return job.kind === 'terraform';
}

export function collect(jobs: Job[], summaries: Summaries['items'], deployments: Deployment[], approvals: Approval[]): TerraformJob[] {
  return jobs.filter(isTerraform).map((job) => {
    const deployment = deployments.find((each) => each.job === job.id);
    return {
      job,
      plans: (summaries.find((each) => each.job === job.id)?.steps ?? []).flatMap((step) => readPlans(step.markdown)),
      hash: job.outputs?.['plan-hash'] ?? deployment?.digest ?? null,
      deployment,
      approvals: approvals.filter((each) => each.job?.id === job.id),
    };
  });
}

/** Whether people approved just these hashes; null: nobody was asked. */
export function isWhatWasApproved({ hash, approvals }: TerraformJob): boolean | null {
  const approved = approvals.find((each) => each.state === 'approved');
  if (!approved || hash === null) return null;
  return Object.values(approved.digests ?? {}).includes(hash);
}
