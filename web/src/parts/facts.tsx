// Small pieces of a run or deployment that several screens show alike.

import { path } from '../app/router';
import { Icon } from './icon';

/** 'refs/heads/main' is the branch main. */
export function shortRef(ref: string): { kind: 'branch' | 'tag' | 'commit'; name: string } {
  if (ref.startsWith('refs/heads/')) return { kind: 'branch', name: ref.slice(11) };
  if (ref.startsWith('refs/tags/')) return { kind: 'tag', name: ref.slice(10) };
  const pull = /^refs\/pull\/(\d+)\/(?:merge|head)$/.exec(ref);
  return { kind: 'branch', name: pull ? `#${pull[1]}` : ref };
}

export function Ref({ value }: { value: string }) {
  const ref = shortRef(value);
  return <span class="ref" title={value}><Icon name={ref.kind} /><bdi>{ref.name}</bdi></span>;
}

export function Sha({ value }: { value: string }) {
  return <code class="sha" title={value}>{value.slice(0, 7)}</code>;
}

export function RunLink({ id, label }: { id: string; label?: string }) {
  return <a href={path`/runs/${id}`}>{label ?? `run ${id}`}</a>;
}

/** 'registry.example.com/app@sha256:abc…' is long: the end of the name and the start of the digest. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
