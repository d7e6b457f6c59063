// What serves in an environment, what it could go back to, and how two environments differ. Pure.

import type { Deployment } from '../api/types';

/** 'registry/app:1@sha256:…' and 'registry/app@sha256:…' are versions of one image. */
export function imageName(image: string | null | undefined): string {
  return (image ?? '').replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}

/** Of rows newest first: the newest good one of each target. */
export function liveOf(rows: Deployment[]): Deployment[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const target = row.target ?? '';
    if (row.state !== 'succeeded' || seen.has(target)) return false;
    seen.add(target);
    return true;
  });
}

/** What Terraform, a load balancer or a program did has no image that could be deployed again. */
function hasImage(row: Deployment): boolean {
  return row.driver !== 'terraform' && Boolean(row.image) && Boolean(row.digest);
}

/** Whether a rollback to `row` would change something. */
export function isEarlierGood(row: Deployment, live: Deployment[]): boolean {
  const serves = live.find((each) => each.target === row.target);
  return row.state === 'succeeded' && hasImage(row) && serves !== undefined && serves.id !== row.id && serves.digest !== row.digest;
}

/** What in another environment is the same service: of the same image, else the only one. */
export function counterpart(mine: Deployment, others: Deployment[]): Deployment | undefined {
  const live = liveOf(others);
  return live.find((row) => imageName(row.image) === imageName(mine.image)) ?? (live.length === 1 ? live[0] : undefined);
}

export interface Distance {
  deployments: number;
  commits: number;
}

/** How many good deployments of `rows`' target came after the one with that digest; null: it never had it. */
export function distance(digest: string | null | undefined, target: string | null | undefined, rows: Deployment[]): Distance | null {
  const good = rows.filter((row) => row.state === 'succeeded' && row.target === target);
  const at = good.findIndex((row) => row.digest === digest);
  if (!digest || at < 0) return null;
  const newer = good.slice(0, at);
  return { deployments: newer.length, commits: new Set(newer.map((row) => row.sha)).size };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function inWords({ deployments, commits }: Distance): string {
  return `${count(deployments, 'deployment')} (${count(commits, 'commit')})`;
}

/** How the environment of `theirs` stands to that of `mine`, both newest first. */
export function differenceWords(mine: Deployment, mineRows: Deployment[], theirs: Deployment, theirRows: Deployment[]): string {
  const name = theirs.environment;
  if (mine.digest === theirs.digest) return `${name} runs the same digest.`;
  const ahead = distance(mine.digest, theirs.target, theirRows);
  if (ahead) return `${name} is ${inWords(ahead)} ahead.`;
  const behind = distance(theirs.digest, mine.target, mineRows);
  if (behind) return `${name} is ${inWords(behind)} behind.`;
  return `${name} runs another digest, and neither ever ran the other’s.`;
}

/** The page at GitHub that shows what lies between two commits; empty where the repository is not on the web. */
export function compareUrl(clone: string | null | undefined, from: string | undefined, to: string): string {
  const found = /^(?:https:\/\/|ssh:\/\/(?:[^@/]+@)?)([^/]+)\/(.+?)(?:\.git)?$/.exec(clone ?? '');
  if (!found || !from || from === to) return '';
  return `https://${found[1]}/${found[2]}/compare/${from}...${to}`;
}
