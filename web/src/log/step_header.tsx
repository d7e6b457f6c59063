// What a step runs, above its log and folded: told by the run's definition, never by the log's bytes.

import { useResource } from '../api/resource';
import { withQuery } from '../api/client';

interface Definition {
  run: string | null;
  uses: string | null;
  with: Record<string, unknown> | null;
  shell: string | null;
  working_directory: string | null;
  env: Record<string, unknown>;
}

/** As the runner calls each shell; `{0}` is the script's file. */
const SHELLS: Record<string, string> = {
  bash: 'bash --noprofile --norc -eo pipefail {0}', sh: 'sh -e {0}', python: 'python3 {0}', pwsh: "pwsh -command \". '{0}'\"",
};

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** 'Run make', of a script of many lines the first that says something. */
export function titleOfStep({ run, uses }: { run: string | null; uses: string | null }): string {
  const said = uses ?? run?.split('\n').find((line) => line.trim() !== '' && !line.trim().startsWith('#')) ?? run?.split('\n')[0];
  return said ? `Run ${said.trim()}` : '';
}

/** What follows the title, a line each, as GitHub's logs have it. */
export function headerLines({ run, uses, with: inputs, shell, working_directory: folder, env }: Definition): string[] {
  const map = (name: string, values: Record<string, unknown> | null) =>
    values && Object.keys(values).length > 0 ? [`${name}:`, ...Object.entries(values).map(([key, value]) => `  ${key}: ${textOf(value)}`)] : [];
  return [
    ...(run ? run.replace(/\n+$/, '').split('\n') : []),
    ...(uses ? map('with', inputs) : []),
    ...(run ? [`shell: ${shell ? SHELLS[shell] ?? shell : 'bash -e {0}'}`] : []),
    ...(folder ? [`working-directory: ${folder}`] : []),
    ...map('env', env),
  ];
}

/** Its line is there at once, so that nothing moves when the answer comes. */
export function StepHeader({ address, attempt }: { address: string; attempt: number }) {
  const { data } = useResource<Definition>(withQuery(address, { attempt }));
  const definition = data.value;
  const lines = definition ? headerLines(definition) : [];
  return (
    <details class="step-header">
      <summary><bdi>{(definition && titleOfStep(definition)) || 'What this step runs'}</bdi></summary>
      <div tabIndex={0} role="region" aria-label="What this step runs">
        <pre>{lines.length > 0 ? lines.join('\n') : 'The workflow says nothing of it: the runner does this by itself.'}</pre>
      </div>
    </details>
  );
}
