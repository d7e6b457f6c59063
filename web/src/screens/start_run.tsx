// Starts a workflow that has `workflow_dispatch`. Whether it may be started so, its delivery says.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { navigate, path, place } from '../app/router';
import { useTitle } from '../app/title';
import { Field } from '../parts/field';
import { attempt } from '../parts/notice';
import { readInputLines } from './input_lines';

interface Started {
  delivery: string;
}

export function StartRunScreen() {
  useTitle('Run a workflow');
  const repository = place.value.query.get('repository') ?? '';
  const workflow = useSignal('');
  const ref = useSignal('');
  const lines = useSignal('');
  const { inputs, wrong } = readInputLines(lines.value);
  const start = async (event: Event) => {
    event.preventDefault();
    if (wrong) return;
    const body = { repository, workflow: workflow.value, ref: ref.value, inputs };
    await attempt(async () => {
      const started = await send<Started>('POST', '/runs', body);
      if (started) navigate(path`/deliveries/${started.delivery}`);
    }, '');
  };
  return (
    <section class="screen page">
      <header class="screen-head">
        <p class="crumbs"><a href="/repositories">Repositories</a></p>
        <h1>Run a workflow of <bdi>{repository}</bdi></h1>
      </header>
      <form class="new-pipeline" onSubmit={start}>
        <Field label="Workflow" value={workflow} title="The file's name or path: ship.yml" required />
        <Field label="Branch, or in full refs/tags/…" value={ref} title="The default branch without one" />
        <label class="field">
          <span>Inputs, one NAME=VALUE a line</span>
          <textarea rows={4} spellcheck={false} value={lines.value} onInput={(event) => (lines.value = event.currentTarget.value)} />
          {wrong && <span class="bad-text">“<bdi>{wrong}</bdi>” is no NAME=VALUE.</span>}
        </label>
        <div class="buttons"><button type="submit" class="primary">Run workflow</button></div>
      </form>
    </section>
  );
}
