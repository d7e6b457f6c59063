// What the run was made of: commits and files of its push, or its pull request, as the event told them.

import type { Changes, Commit, PullChange } from '../api/changes';
import type { Past } from '../api/past';
import { useResource } from '../api/resource';
import type { Run } from '../api/types';
import { path } from '../app/router';
import { Out, RunLink, Sha } from '../parts/facts';
import { useGot } from '../parts/got';
import { Icon } from '../parts/icon';
import { When } from '../parts/when';

const SIGNS = { added: '+', modified: '±', removed: '−' };

export function ChangesTab({ run }: { run: Run }) {
  const [changes, instead] = useGot<Changes>(path`/runs/${run.id}/changes`);
  const past = useResource<Past>(path`/runs/${run.id}/past`);
  // Drawn once, with both: what comes later would move the lists.
  if (!changes || !past.data.value && !past.error.value) return instead;
  const { commits, files, pull_request: pull } = changes;
  return (
    <div class="page changes-of-run">
      <dl class="facts">
        <div><dt>Commit</dt><dd><Out to={changes.page}><Sha value={changes.sha} /></Out></dd></div>
        {pull && <Pull pull={pull} />}
        {changes.compare && <div><dt>Differences</dt><dd><Out to={changes.compare}>Compare at GitHub</Out>{changes.forced && <span class="quiet-text">the branch was overwritten (forced push)</span>}</dd></div>}
        <Since past={past.data.value} />
      </dl>
      {commits && <Commits commits={commits} more={changes.more_commits} />}
      {files && <Files files={files} more={changes.more_files} />}
      {!commits && !pull && <p class="quiet-text">{run.event === 'push' ? 'What the push brought is not kept any more.' : `Such an event (${run.event.replace(/_/g, ' ')}) names no commits.`}</p>}
    </div>
  );
}

function Since({ past }: { past: Past | undefined }) {
  if (!past?.green || !past.compare) return null;
  return <div><dt>Since the last green run</dt><dd><RunLink id={past.green.id} label={`#${past.green.number}`} /><Out to={past.compare}>Compare at GitHub</Out></dd></div>;
}

function Pull({ pull }: { pull: PullChange }) {
  const counts = [[pull.commits, 'commits'], [pull.files, 'files'], [pull.additions, 'lines added'], [pull.deletions, 'removed']] as const;
  const known = counts.filter(([count]) => count !== null).map(([count, of]) => `${count?.toLocaleString('en')} ${of}`);
  return (
    <>
      <div><dt>Pull request</dt><dd><Out to={pull.page}>#{pull.number} <bdi>{pull.title}</bdi></Out>{pull.author && <span>by <bdi>{pull.author}</bdi></span>}</dd></div>
      <div><dt>From, into</dt><dd><bdi>{pull.head.ref}</bdi><span>into <bdi>{pull.base.ref}</bdi></span></dd></div>
      {known.length > 0 && <div><dt>Size</dt><dd><span>{known.join(', ')}</span><Out to={pull.files_page}>Files at GitHub</Out></dd></div>}
    </>
  );
}

/** The newest first. */
function Commits({ commits, more }: { commits: Commit[]; more: number }) {
  return (
    <section>
      <h2>Commits</h2>
      {commits.length === 0 && <p class="quiet-text">None: the branch or tag came to a commit that was there before.</p>}
      <ol class="effects ledger" reversed>
        {[...commits].reverse().map((commit, at) => (
          <li key={at}>
            <Icon name="commit" />
            <span><bdi>{commit.title}</bdi> <span class="quiet-text"><bdi>{commit.author}</bdi> <When at={commit.at} /></span></span>
            {commit.sha && <Out to={commit.page}><Sha value={commit.sha} /></Out>}
          </li>
        ))}
      </ol>
      <More count={more} />
    </section>
  );
}

function Files({ files, more }: { files: NonNullable<Changes['files']>; more: number }) {
  return (
    <section>
      <h2>Files</h2>
      {files.length === 0 && <p class="quiet-text">The event names no file.</p>}
      <ul class="files">{files.map(({ path: name, change }) => (
        <li key={name} class={change}><b aria-hidden="true">{SIGNS[change]}</b><code><bdi>{name}</bdi></code><span class="quiet-text">{change}</span></li>))}</ul>
      <More count={more} />
    </section>
  );
}

function More({ count }: { count: number }) {
  return count > 0 ? <p class="quiet-text">and {count.toLocaleString('en')} more</p> : null;
}
