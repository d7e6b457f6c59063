// A pipeline begins with a name and a template.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { List, Template } from '../api/types';
import { navigate, path } from '../app/router';
import { useTitle } from '../app/title';
import { attempt, Failure, Loading } from '../parts/notice';

const NAME = '[a-z0-9][a-z0-9._\\-]{0,63}';
const RESERVED = ['lint', 'preview', 'templates'];
const BLANK: Template = {
  name: 'empty',
  description: 'One job with one step.',
  text: 'name: pipeline\non: push\n\njobs:\n  build:\n    runs-on: host\n    steps:\n      - uses: actions/checkout@v4\n      - run: echo "It works."\n',
};

export function NewPipelineScreen() {
  useTitle('New pipeline');
  const { data, error, reload } = useResource<List<Template>>('/pipelines/templates');
  const chosen = useSignal<Template | null>(null);
  const name = useSignal('');
  if (error.value) return <Failure error={error.value} retry={reload} />;
  if (!data.value) return <Loading />;
  const templates = [...data.value.items, BLANK];
  const template = chosen.value ?? templates[0] ?? BLANK;
  const create = async (event: Event) => {
    event.preventDefault();
    if (RESERVED.includes(name.value)) return;
    const address = path`/pipelines/${name.value}`;
    const body = { text: template.text, base_version: 0, note: `from the template “${template.name}”` };
    if (await attempt(() => send('PUT', address, body), `Created “${name.value}”.`)) navigate(address);
  };
  return (
    <section class="screen page">
      <header class="screen-head"><p class="crumbs"><a href="/pipelines">Pipelines</a></p><h1>New pipeline</h1></header>
      <form class="new-pipeline" onSubmit={create}>
        <label class="field">
          <span>Name</span>
          <input required pattern={NAME} maxLength={64} autocomplete="off" spellcheck={false} value={name.value}
            title="Small letters, digits, dot, dash and underscore" onInput={(event) => (name.value = event.currentTarget.value)} />
          {RESERVED.includes(name.value) && <span class="bad-text">This name is the server's own.</span>}
        </label>
        <TemplateChoice templates={templates} chosen={template} choose={(next) => (chosen.value = next)} />
        <pre class="preview" tabIndex={0} aria-label="The template's text">{template.text}</pre>
        <div class="buttons"><button type="submit" class="primary">Create and edit</button></div>
      </form>
    </section>
  );
}

interface ChoiceProps {
  templates: Template[];
  chosen: Template;
  choose: (template: Template) => void;
}

function TemplateChoice({ templates, chosen, choose }: ChoiceProps) {
  return (
    <fieldset class="choices">
      <legend>Begin with</legend>
      {templates.map((template) => (
        <label key={template.name} class="choice">
          <input type="radio" name="template" checked={template === chosen} onChange={() => choose(template)} />
          <span><strong><bdi>{template.name}</bdi></strong> <span class="quiet-text"><bdi>{template.description}</bdi></span></span>
        </label>
      ))}
    </fieldset>
  );
}
