// One pipeline: its text, what the lint says of it, its versions and the repositories it is bound to.

import { useEffect, useMemo } from 'preact/hooks';
import { useResource } from '../api/resource';
import type { Pipeline } from '../api/types';
import { path, setGuard } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { Failure, Loading } from '../parts/notice';
import { Editor } from './editor';
import { Draft } from './pipeline_draft';
import { Bindings, Versions } from './pipeline_sides';
import { ProblemList } from './problem_list';

export function PipelineScreen({ params }: { params: Params }) {
  const name = params.name ?? '';
  const { data, error, reload } = useResource<Pipeline>(path`/pipelines/${name}`, 'pipelines');
  const pipeline = data.value;
  useTitle(name);
  if (error.value && !pipeline) return <Failure error={error.value} retry={reload} />;
  if (!pipeline || pipeline.name !== name) return <Loading />;
  return <Loaded key={name} pipeline={pipeline} reload={reload} />;
}

/** The browser and the router ask before unsaved text is left. */
function useGuard(draft: Draft): void {
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (draft.dirty.peek()) event.preventDefault();
    };
    addEventListener('beforeunload', onLeave);
    setGuard(() => !draft.dirty.peek() || confirm('Leave without saving?'));
    return () => {
      removeEventListener('beforeunload', onLeave);
      setGuard(null);
      draft.end();
    };
  }, [draft]);
}

function Loaded({ pipeline, reload }: { pipeline: Pipeline; reload: () => void }) {
  const draft = useMemo(() => new Draft(pipeline), []);
  useGuard(draft);
  useEffect(() => draft.serverHas(pipeline), [pipeline]);
  const save = () => void draft.save().then((saved) => { if (saved) reload(); });
  return (
    <section class="screen pipeline">
      <header class="screen-head with-buttons">
        <div>
          <p class="crumbs"><a href="/pipelines">Pipelines</a></p>
          <h1><bdi>{pipeline.name}</bdi> <span class="row-note">version {draft.base.value}{draft.dirty.value ? ', changed' : ''}</span></h1>
        </div>
        <SaveForm draft={draft} save={save} />
      </header>
      <Conflict draft={draft} />
      <div class="pipeline-body">
        <Editor text={draft.text} problems={draft.problems} onChange={(text) => draft.change(text)} onSave={save} cursor={draft.cursor} />
        <aside class="sides">
          <ProblemList problems={draft.problems.value} busy={draft.linting.value} go={(problem) => (draft.cursor.value = { ...problem })} />
          <Versions pipeline={pipeline} restore={(text) => draft.change(text)} />
          <Bindings pipeline={pipeline} reload={reload} />
        </aside>
      </div>
    </section>
  );
}

function SaveForm({ draft, save }: { draft: Draft; save: () => void }) {
  const onSubmit = (event: Event) => {
    event.preventDefault();
    save();
  };
  return (
    <form class="save" onSubmit={onSubmit}>
      <label>
        <span class="hidden">What changed</span>
        <input placeholder="What changed" maxLength={200} value={draft.note.value} onInput={(event) => (draft.note.value = event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" disabled={!draft.dirty.value || draft.saving.value} title="Ctrl-S">Save</button>
    </form>
  );
}

function Conflict({ draft }: { draft: Draft }) {
  const theirs = draft.theirs.value;
  if (!theirs) return null;
  return (
    <div class="box conflict" role="alert">
      <p>
        <strong>Version {theirs.version} was saved by <bdi>{theirs.author ?? 'somebody else'}</bdi> meanwhile.</strong>{' '}
        Your text is still here and was not saved.
      </p>
      <div class="buttons">
        <button type="button" onClick={() => draft.keepMine()}>Keep mine, on top of version {theirs.version}</button>
        <button type="button" onClick={() => draft.takeTheirs()}>Take theirs, drop mine</button>
      </div>
      <pre class="preview" tabIndex={0} aria-label={`Version ${theirs.version}`}>{theirs.text}</pre>
    </div>
  );
}
