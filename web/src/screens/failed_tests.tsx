// In the failure box: the first tests that failed, with message and file.

import { useResource } from '../api/resource';
import type { ReportedTest, Run, TestReport } from '../api/types';
import { path } from '../app/router';
import { Out } from '../parts/facts';
import { Icon } from '../parts/icon';
import { useOnce } from '../parts/once';

export function FailedTests({ run, files, onPart }: { run: Run; files: string | null | undefined; onPart: () => void }) {
  const { data, error } = useResource<TestReport>(`${path`/runs/${run.id}/tests`}?limit=6&outcome=failed`, `run:${run.id}`);
  useOnce(data.value !== undefined || error.value !== undefined, onPart);
  const tests = data.value?.items ?? [];
  if (tests.length === 0) return null;
  return (
    <div class="failed-tests">
      <ul>{tests.slice(0, 5).map((test) => (
        <li key={`${test.job}/${test.id}`}>
          <Icon name="cross" /><span><bdi>{test.name}</bdi>{test.flaky && <span class="flaky">flaky</span>}
            {test.file && <> <TestFile test={test} files={files} /></>}
            {test.message && <span class="quiet-text"> <bdi>{test.message.split('\n')[0]}</bdi></span>}</span>
        </li>))}</ul>
      <a href={path`/runs/${run.id}/tests`}>{tests.length > 5 ? 'All failed tests' : 'Tests'}</a>
    </div>
  );
}

function TestFile({ test, files }: { test: ReportedTest; files: string | null | undefined }) {
  const text = <code>{test.file}{test.line ? `:${test.line}` : ''}</code>;
  if (!files || !test.file || /^\/|(^|\/)\.\.(\/|$)/.test(test.file)) return text;
  const page = files + test.file.replace(/^\.\//, '').split('/').map(encodeURIComponent).join('/');
  return <Out to={test.line ? `${page}#L${test.line}` : page}>{text}</Out>;
}
