// A run that planned and applied with Terraform, and came half the way. It stands in no list.

const HASH = `sha256:${'5d'.repeat(32)}`;
const PLAN = ['### Plan of infra: 1 to create, 1 to replace, 1 to destroy', '', '```text', '- destroy thing.old["<b>a, b</b>"]', '± replace thing.two', '+ create thing.new', '```', '', '```text', '± replace thing.two', '    size: 1 → 2  # forces replacement', '    note: "<b>a</b>" → (known after apply)', '```', ''].join('\n');
const REASON = 'partially applied: 1 of 3 changes. Done: create thing.new. Failed: destroy thing.old["<b>a, b</b>"]. Not begun: replace thing.two. quota exceeded';

function run(world) {
  const times = { started_at: world.at(700), finished_at: world.at(640) };
  const plan = { ...world.job('90011', 'plan', 'deploy', 'succeeded', times), kind: 'terraform', outputs: { 'plan-hash': HASH, changes: '3' } };
  const apply = { ...world.job('90012', 'apply', 'deploy', 'failed', { ...times, needs: ['plan'], environment: 'production', reason: REASON }), kind: 'terraform', outputs: {} };
  return { ...world.facts(9001), id: '9001', repository: 'octo/infra', title: 'A larger <i>thing</i>', state: 'failed', cause: 'exit', created_at: world.at(710), ...times, jobs: [plan, apply] };
}

function deployment(world) {
  return {
    id: '900', repository: 'octo/infra', environment: 'production', driver: 'terraform', target: 'terraform/infra', digest: HASH, sha: 'a'.repeat(40), run: '9001', job: '90012',
    state: 'failed', phase: 'done', reason: REASON, created_at: world.at(700), started_at: world.at(690), finished_at: world.at(640), effects: [],
  };
}

function approval(world) {
  const vote = (actor) => ({ actor, approves: true, comment: null, at: world.at(695) });
  return {
    id: '90', kind: 'environment', state: 'approved', reason: null, repository: 'octo/infra', environment: 'production', sha: 'a'.repeat(40), digests: { plan: HASH },
    run: { id: '9001', number: 9001, workflow: 'infra', event: 'push', ref: 'refs/heads/main', title: '', actor: 'ada' }, job: { id: '90012', key: 'apply', name: 'apply' },
    subject: 'three', needed: 2, given: 2, reviewers: [], votes: [vote('user:olga'), vote('user:bob')], may_answer: false,
  };
}

const list = (...items) => ({ items, next: null });

/** The answer to a question that is about this run, else nothing. */
export function answerTerraform(world, path, query) {
  if (path === '/runs/9001') return run(world);
  if (path === '/runs/9001/summaries') return list(...['90011', '90012'].map((job) => ({ job, name: job, steps: [{ number: 4, markdown: PLAN }] })));
  if (path === '/approvals' && query.get('run') === '9001' && !query.get('state')) return list(approval(world));
  if (path === '/deployments' && query.get('repository') === 'octo/infra') {
    return list(deployment(world), { ...deployment(world), id: '899', run: '9000', job: '1', state: 'succeeded', reason: null });
  }
  return undefined;
}
