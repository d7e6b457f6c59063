// What the steps of a run wrote for people, as Markdown, job by job.

import type { Run, Summaries } from '../api/types';
import { path } from '../app/router';
import { useGot } from '../parts/got';
import { Markdown } from '../parts/markdown_view';

export function SummaryTab({ run }: { run: Run }) {
  const [summaries, instead] = useGot<Summaries>(path`/runs/${run.id}/summaries`, `run:${run.id}`);
  if (!summaries) return instead;
  const jobs = summaries.items;
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
