// Beside the editor: earlier versions and the repositories that the pipeline is bound to.

import { useSignal } from '@preact/signals';
import { getJson, send } from '../api/client';
import { useResource } from '../api/resource';
import type { List, Pipeline, PipelineVersion, Repository } from '../api/types';
import { path } from '../app/router';
import { attempt, Failure } from '../parts/notice';
import { When } from '../parts/when';

export function Versions({ pipeline, restore }: { pipeline: Pipeline; restore: (text: string) => void }) {
  const { data, error, reload } = useResource<List<PipelineVersion>>(path`/pipelines/${pipeline.name}/versions`, 'pipelines');
  const take = (version: number) => attempt(async () => {
    const old = await getJson<PipelineVersion>(path`/pipelines/${pipeline.name}/versions/${version}`);
    restore(old.text ?? '');
  }, `Version ${version} is in the editor; save it to make it the active one.`);
  return (
    <section aria-label="Versions">
      <h2>Versions</h2>
      {error.value !== undefined && <Failure error={error.value} retry={reload} />}
      <ul class="versions">
        {(data.value?.items ?? []).map((version) => (
          <li key={version.version}>
            <span><strong>{version.version}</strong> <bdi>{version.note || 'no note'}</bdi></span>
            <span class="quiet-text"><bdi>{version.author}</bdi> <When at={version.created_at} /></span>
            {version.version === pipeline.version
              ? <span class="quiet-text">active</span>
              : <button type="button" class="quiet" onClick={() => take(version.version)}>Load<span class="hidden"> version {version.version}</span></button>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Bindings({ pipeline, reload }: { pipeline: Pipeline; reload: () => void }) {
  const { data, error } = useResource<List<Repository>>('/repositories', 'repositories');
  const busy = useSignal(false);
  const bound = pipeline.repositories ?? [];
  const toggle = async (name: string) => {
    const repositories = bound.includes(name) ? bound.filter((each) => each !== name) : [...bound, name];
    busy.value = true;
    await attempt(() => send('PUT', path`/pipelines/${pipeline.name}/repositories`, { repositories }), 'Bindings saved.');
    busy.value = false;
    reload();
  };
  const names = [...new Set([...bound, ...(data.value?.items ?? []).map((repository) => repository.full_name)])].sort();
  return (
    <section aria-label="Repositories">
      <h2>Bound to</h2>
      {error.value !== undefined && <Failure error={error.value} />}
      {data.value && names.length === 0 && <p class="quiet-text">There is no repository yet. <a href="/repositories">Add one</a></p>}
      <ul class="bindings">
        {names.map((name) => (
          <li key={name}>
            <label class="check">
              <input type="checkbox" checked={bound.includes(name)} disabled={busy.value} onChange={() => void toggle(name)} />
              <bdi>{name}</bdi>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}
