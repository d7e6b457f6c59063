// Beside the editor: earlier versions, what each changed, the way back to one, and the repositories
// that the pipeline is bound to.

import { useSignal } from '@preact/signals';
import { getJson, messageOf, send } from '../api/client';
import { useResource } from '../api/resource';
import type { List, Pipeline, PipelineVersion, Repository } from '../api/types';
import { path } from '../app/router';
import { attempt, Failure, Loading } from '../parts/notice';
import { When } from '../parts/when';
import { DiffView } from './diff_view';
import type { Draft } from './draft';

export function Versions({ pipeline, draft }: { pipeline: Pipeline; draft: Draft }) {
  const { data, error, reload } = useResource<List<PipelineVersion>>(path`/pipelines/${pipeline.name}/versions`, 'pipelines');
  const open = useSignal(0);
  const restore = (version: number) => attempt(async () => {
    const old = await getJson<PipelineVersion>(path`/pipelines/${pipeline.name}/versions/${version}`);
    if (!draft.note.value) draft.note.value = `back to version ${version}`;
    draft.change(old.text ?? '');
  }, `Version ${version} is in the editor; save it to make it the active one.`);
  return (
    <>
      {error.value !== undefined && <Failure error={error.value} retry={reload} />}
      <ul class="versions">
        {(data.value?.items ?? []).map((version) => (
          <li key={version.version}>
            <p><strong>{version.version}</strong> <bdi>{version.note || 'no note'}</bdi>{version.version === pipeline.version && <span class="chip active">active</span>}</p>
            <p class="quiet-text"><bdi>{version.author}</bdi> <When at={version.created_at} /></p>
            <div class="buttons">
              <button type="button" class="quiet" aria-expanded={open.value === version.version} onClick={() => (open.value = open.value === version.version ? 0 : version.version)}>
                What it changed<span class="hidden"> in version {version.version}</span>
              </button>
              {version.version !== pipeline.version && (
                <button type="button" class="quiet" onClick={() => restore(version.version)}>Go back to it<span class="hidden">, version {version.version}</span></button>
              )}
            </div>
            {open.value === version.version && <Step name={pipeline.name} version={version.version} />}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The difference between a version and the one before it. */
function Step({ name, version }: { name: string; version: number }) {
  const now = useResource<PipelineVersion>(path`/pipelines/${name}/versions/${version}`);
  const before = useResource<PipelineVersion>(version > 1 ? path`/pipelines/${name}/versions/${version - 1}` : null);
  const failed = now.error.value ?? before.error.value;
  if (failed) return <p class="bad-text">{messageOf(failed)}</p>;
  if (!now.data.value || (version > 1 && !before.data.value)) return <Loading />;
  return <DiffView before={before.data.value?.text ?? ''} after={now.data.value.text ?? ''} label={`What version ${version} changed`} />;
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
    <>
      <p class="quiet-text">Its events start this pipeline for:</p>
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
    </>
  );
}
