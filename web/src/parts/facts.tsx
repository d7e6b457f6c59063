// Small pieces of a run or deployment that several screens show alike.

import type { ComponentChildren } from 'preact';
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

/** A page elsewhere; where there is none, the words alone. */
export function Out({ to, class: name, children }: { to: string | null | undefined; class?: string; children: ComponentChildren }) {
  return to ? <a class={name} href={to} target="_blank" rel="noopener noreferrer">{children}</a> : <>{children}</>;
}

/** 1536 is '1.5 KB': powers of 1,024, as file managers count. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${['bytes', 'KB', 'MB', 'GB', 'TB'][step]}`;
}

export function RunLink({ id, label }: { id: string; label?: string }) {
  return <a href={path`/runs/${id}`}>{label ?? `run ${id}`}</a>;
}

/** 'registry.example.com/app@sha256:abc…' is long: the end of the name and the start of the digest. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
