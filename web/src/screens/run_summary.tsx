// What the steps of a run wrote for people, as Markdown, job by job.

import { useResource } from '../api/resource';
import type { Run, Summaries } from '../api/types';
import { path } from '../app/router';
import { Failure, Loading } from '../parts/notice';
import { Markdown } from '../parts/markdown_view';

export function SummaryTab({ run }: { run: Run }) {
  const { data, error, reload } = useResource<Summaries>(path`/runs/${run.id}/summaries`, `run:${run.id}`);
  if (error.value && !data.value) return <Failure error={error.value} retry={reload} />;
  if (!data.value) return <Loading />;
  const jobs = data.value.items;
  if (jobs.length === 0) {
    return <p class="quiet-text">No step of this run has written to <code>GITHUB_STEP_SUMMARY</code>.</p>;
  }
  return (
    <div class="summaries">
      {jobs.map((job) => (
        <section key={job.job} class="summary-of-job">
          <h2><bdi>{job.name}</bdi></h2>
          {job.steps.map((step) => <Markdown key={step.number} text={step.markdown} />)}
        </section>
      ))}
    </div>
  );
}
