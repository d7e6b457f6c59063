// What waits for people: a fork's commit, and a deployment that bob must not answer himself.

const SHA = '0123456789abcdef0123456789abcdef01234567';

export function makeApprovals(world) {
  const common = {
    state: 'pending', reason: null, repository: 'octo/shop', sha: SHA, digests: {}, asked: null, needed: 1, given: 0, reviewers: [], votes: [],
    may_answer: true, why_not: null, break_glass: null, break_glass_by: null, created_at: world.at(60), expires_at: null, jobs: [], live: [],
    commit_url: `https://github.example/octo/shop/commit/${SHA}`,
  };
  const run = { id: '484', number: 484, workflow: 'ci', event: 'pull_request', ref: 'refs/pull/7/merge', title: 'A change <b>of a stranger</b>', actor: 'mallory' };
  return [
    { ...common, id: '2', kind: 'environment', environment: 'production', run: { ...run, event: 'push', ref: 'refs/heads/main' }, subject: 'two', needed: 2,
      job: { id: '4843', key: 'prod', name: 'prod', reason: 'waits for approval 2' }, digests: { image: `sha256:${'ab'.repeat(32)}` }, may_answer: false,
      why_not: 'user:bob is behind this change or this run; somebody else has to answer', expires_at: world.at(-3600),
      live: [{ deployment: '3', target: 'container/shop-web', sha: 'f'.repeat(40), digest: null, run: '400', since: world.at(9000),
        compare_url: `https://github.example/octo/shop/compare/${'f'.repeat(40)}...${SHA}` }] },
    { ...common, id: '1', kind: 'fork', environment: null, run, subject: 'one', job: null,
      pull_request: { number: 7, title: run.title, author: 'mallory', author_id: 99, head_repository: 'mallory/shop', head_repository_id: 4712 },
      jobs: [{ key: 'test', name: 'test', kind: 'steps', steps: ['actions/checkout@v4', 'pytest <script>'] }] },
  ];
}

/** As the server: an answer to something else than what was shown is refused. */
export function answerApproval({ world, body, response, reply, fail }, id, verb) {
  const approval = world.approvals.find((each) => each.id === id);
  world.acted.push({ action: verb, id, body });
  if (body.subject !== approval.subject) return fail(response, 409, 'conflict', 'what was to be approved has changed; look at it again');
  approval.state = verb === 'approve' ? 'approved' : 'rejected';
  approval.given += verb === 'approve' ? 1 : 0;
  approval.votes.push({ actor: 'user:olga', approves: verb === 'approve', comment: body.comment || null, at: world.at(0) });
  world.changed('approvals', 'approval', id, approval.state);
  return reply(response, 200, approval);
}
