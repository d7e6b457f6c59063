// One pipeline: its text in the editor; beside it what the lint says, what it would have done, how its
// jobs hang together, what changed, its versions and its repositories.

import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useResource } from '../api/resource';
import type { Pipeline, Preview } from '../api/types';
import { path, setGuard } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { JobGraph } from '../parts/graph';
import { Failure, Loading } from '../parts/notice';
import { When } from '../parts/when';
import { YamlText } from '../parts/yaml_text';
import { CodeView } from './code_view';
import { DiffView } from './diff_view';
import { Draft } from './draft';
import { MergeView } from './merge_view';
import { ProblemList } from './problem_list';
import { Bindings, Versions } from './versions';
import { usePreviews, WouldRun } from './would_run';
import type { Answers } from './would_run';

export function PipelineScreen({ params }: { params: Params }) {
  const name = params.name ?? '';
  const { data, error, reload } = useResource<Pipeline>(path`/pipelines/${name}`, 'pipelines');
  const pipeline = data.value;
  useTitle(name);
  if (error.value && !pipeline) return <Failure error={error.value} retry={reload} />;
  if (!pipeline || pipeline.name !== name) return <Loading />;
  return <Loaded key={name} pipeline={pipeline} reload={reload} />;
}

/** Unsaved text is kept in this browser; only where it cannot be, leaving is asked about. */
function useGuard(draft: Draft): void {
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (draft.unkept) event.preventDefault();
    };
    addEventListener('beforeunload', onLeave);
    setGuard(() => !draft.unkept || confirm('Leave without saving? This browser keeps no drafts.'));
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
      <Notes draft={draft} />
      {draft.meeting.value && <MergeView draft={draft} meeting={draft.meeting.value} />}
      <div class="pipeline-body">
        <CodeView text={draft.text} problems={draft.problems} cursor={draft.cursor} onChange={(text) => draft.change(text)} onSave={save} />
        <Sides draft={draft} pipeline={pipeline} reload={reload} />
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

/** A draft that was found here, and a version that came meanwhile. */
function Notes({ draft }: { draft: Draft }) {
  const { found, newer } = draft;
  return (
    <>
      {found.value !== null && draft.dirty.value && (
        <p class="box note" role="status">
          <span>Your unsaved text is back, kept in this browser <When at={new Date(found.value).toISOString()} />.</span>
          <button type="button" class="quiet" onClick={() => (found.value = null)}>Go on with it</button>
          <button type="button" class="quiet" onClick={() => void draft.discard()}>Drop it</button>
        </p>
      )}
      {newer.value && (
        <p class="box note conflict" role="status">
          <span>Version {newer.value.version} was saved by <bdi>{newer.value.author ?? 'somebody else'}</bdi> while you write.</span>
          <button type="button" onClick={() => void draft.meet()}>See both</button>
        </p>
      )}
    </>
  );
}

const TABS = [
  { name: 'problems', word: 'Problems' },
  { name: 'would', word: 'Would run' },
  { name: 'graph', word: 'Graph' },
  { name: 'resolved', word: 'Resolved' },
  { name: 'changes', word: 'Changes' },
  { name: 'versions', word: 'Versions' },
  { name: 'repositories', word: 'Bound to' },
] as const;
type Tab = (typeof TABS)[number]['name'];

interface SidesProps {
  draft: Draft;
  pipeline: Pipeline;
  reload: () => void;
}

function Sides({ draft, pipeline, reload }: SidesProps) {
  const tab = useSignal<Tab>('problems');
  const answers = usePreviews(draft, pipeline, ['would', 'graph', 'resolved'].includes(tab.value));
  const panels: Record<Tab, () => ComponentChildren> = {
    problems: () => (
      <ProblemList
        problems={draft.problems.value}
        busy={draft.linting.value}
        go={(problem) => (draft.cursor.value = { ...problem })}
        text={draft.text.value}
        change={(text) => draft.change(text)}
      />
    ),
    would: () => <WouldRun pipeline={pipeline} answers={answers} />,
    graph: () => (
      <Planned pipeline={pipeline} answers={answers} what="The graph">
        {({ jobs }) => <JobGraph jobs={jobs.map((job) => ({ ...job, needs: job.needs ?? [] }))} label="Jobs of this text" />}
      </Planned>
    ),
    resolved: () => (
      <Planned pipeline={pipeline} answers={answers} what="This">
        {({ resolved }) => resolved === undefined
          ? <p class="quiet-text">Only who may run things in the repository sees this.</p>
          : <YamlText text={resolved} label="Workflow as it would be resolved" />}
      </Planned>
    ),
    changes: () => <Changes draft={draft} />,
    versions: () => <Versions pipeline={pipeline} draft={draft} />,
    repositories: () => <Bindings pipeline={pipeline} reload={reload} />,
  };
  return (
    <aside class="sides" aria-label="About the text">
      <TabList tab={tab} problems={draft.problems.value.length} />
      <div role="tabpanel" id="side-panel" aria-labelledby={`side-${tab.value}`} tabIndex={0}>{panels[tab.value]()}</div>
    </aside>
  );
}

function TabList({ tab, problems }: { tab: Signal<Tab>; problems: number }) {
  const step = (event: KeyboardEvent, at: number) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = TABS[(at + by + TABS.length) % TABS.length];
    if (!next) return;
    tab.value = next.name;
    document.getElementById(`side-${next.name}`)?.focus();
  };
  return (
    <div role="tablist" class="side-tabs" aria-label="About the text">
      {TABS.map(({ name, word }, at) => (
        <button
          key={name} type="button" role="tab" id={`side-${name}`} aria-controls="side-panel" class="quiet"
          aria-selected={tab.value === name} tabIndex={tab.value === name ? 0 : -1}
          onClick={() => (tab.value = name)} onKeyDown={(event) => step(event, at)}
        >
          {word}{name === 'problems' && problems > 0 && <span class="count">{problems}</span>}
        </button>
      ))}
    </div>
  );
}

interface PlannedProps {
  pipeline: Pipeline;
  answers: Answers;
  what: string;
  children: (run: Preview['would_start'][number]) => ComponentChildren;
}

/** What the newest delivery makes of the text that starts it. */
function Planned({ pipeline, answers, what, children }: PlannedProps) {
  const started = answers.list?.flatMap((answer) => answer.preview?.would_start ?? []).find((run) => run.path === `pipeline:${pipeline.name}`);
  if (started) return <><p class="quiet-text">As the newest delivery that starts it would be planned.</p>{children(started)}</>;
  const asking = answers.list === null || answers.list.some((answer) => !answer.preview && !answer.error);
  if ((pipeline.repositories ?? []).length > 0 && asking) return <Loading />;
  return <p class="quiet-text">{what} is planned from a real delivery, and none of the last ones starts this text. “Would run” says why.</p>;
}

function Changes({ draft }: { draft: Draft }) {
  return (
    <>
      <p class="quiet-text">Against version {draft.savedVersion.value}, which the server has.</p>
      <DiffView before={draft.saved.value} after={draft.text.value} label="Changes against the saved version" />
    </>
  );
}
