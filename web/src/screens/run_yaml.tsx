// The workflow that a run was made from: as the server resolved it, and as it was written.

import { useSignal } from '@preact/signals';
import type { RunWorkflow } from '../api/board_types';
import type { Run } from '../api/types';
import { path } from '../app/router';
import { useGot } from '../parts/got';
import { YamlText } from '../parts/yaml_text';

export function YamlTab({ run }: { run: Run }) {
  const [workflow, instead] = useGot<RunWorkflow>(path`/runs/${run.id}/workflow`, `run:${run.id}`);
  const written = useSignal(false);
  if (!workflow) return instead;
  const { text, resolved } = workflow;
  return (
    <section class="run-yaml" aria-label="Workflow">
      <header>
        <code>{workflow.path}</code>
        <span class="buttons" role="group" aria-label="Which text">
          <button type="button" class="quiet" aria-pressed={!written.value} onClick={() => (written.value = false)}>Resolved</button>
          <button type="button" class="quiet" aria-pressed={written.value} onClick={() => (written.value = true)}>As written</button>
        </span>
      </header>
      {written.value
        ? text === null ? <p class="quiet-text">The text is not kept any more.</p> : <YamlText text={text} label="Workflow as it was written" />
        : <><p class="quiet-text">What the server made of it: each job by itself, with its defaults; expressions that are still there are known to the job alone.</p>
          <YamlText text={resolved} label="Workflow as it was resolved" /></>}
    </section>
  );
}
