// The routes of web/README.md over the world.

import { readFileSync } from 'node:fs';
import { answerApproval } from './approvals.mjs';
import { answerLarge } from './large.mjs';
import { answerTerraform } from './terraform.mjs';

function reply(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

function fail(response, status, code, message, more = {}) {
  reply(response, status, { error: { code, message }, ...more });
}

/** A page of `items`, by position; real cursors are opaque too. */
function page(items, query) {
  const limit = Number(query.get('limit') ?? items.length);
  const last = query.get('cursor');
  const from = last ? items.findIndex((item) => (item.id ?? item.guid) === last) + 1 : 0;
  const part = items.slice(from, from + limit);
  const more = from + limit < items.length;
  return { items: part, next: more ? (part[part.length - 1].id ?? part[part.length - 1].guid) : null };
}

function fits(run, query) {
  const text = query.get('text')?.toLowerCase();
  return ['repository', 'event', 'actor', 'state', 'workflow'].every((key) => !query.get(key) || query.get(key) === run[key])
    && (!query.get('branch') || run.ref === `refs/heads/${query.get('branch')}`)
    && (!text || run.title.toLowerCase().includes(text) || run.sha.startsWith(text));
}

function withoutSteps(run) {
  return { ...run, jobs: run.jobs.map(({ id, name, stage, state }) => ({ id, name, stage, state })) };
}

function matches(keys) {
  return (item, query) => keys.every((key) => !query.get(key) || query.get(key) === item[key]);
}

function serveLog({ world, query, response }, job, step) {
  const key = `${job}/${query.get('step') ?? step}`;
  const log = world.log(`${key}@${query.get('attempt')}`) ?? world.log(key);
  if (!log) return fail(response, 404, 'not_found', 'There is no such log.');
  if (query.get('search')) return reply(response, 200, log.search(query.get('search')));
  const from = Number(query.get('from_line') ?? 1);
  const to = Math.min(Number(query.get('to_line') ?? log.lines), log.lines);
  let text = '';
  for (let line = from; line <= to; line++) text += `${log.line(line)}\n`;
  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'Triphammer-Log-Lines': log.lines,
    'Triphammer-Log-Bytes': log.bytes,
    'Triphammer-Log-Done': String(log.done),
  });
  return response.end(text);
}

function serveGroups({ world, query, response }, job) {
  const log = world.log(`${job}/${query.get('step')}`);
  const items = [];
  for (let line = 1; line <= log.lines; line++) {
    const found = /^##\[(end)?group\]/.exec(log.line(line));
    if (found) items.push({ line, begins: !found[1] });
  }
  return reply(response, 200, { items, lines: log.lines });
}

const LINES_A_SECOND = 100;

/** Lines came a hundred each second from the job's start on. */
function serveTimes({ world, query, response }, run, job) {
  const log = world.log(`${job}/${query.get('step')}`);
  if (!log) return fail(response, 404, 'not_found', 'There is no such log.');
  const start = Date.parse(world.runs.find((each) => each.id === run).jobs.find((each) => each.id === job).started_at);
  const [from, to] = [Number(query.get('from_line')), Math.min(Number(query.get('to_line')), log.lines)];
  const items = [];
  for (let second = Math.floor((from - 1) / LINES_A_SECOND); second * LINES_A_SECOND < to; second++) {
    items.push({ line: second * LINES_A_SECOND + 1, at: new Date(start + second * 1000).toISOString() });
  }
  return reply(response, 200, { items, lines: log.lines });
}

function showStep({ world, response }, run, job, number) {
  const step = world.runs.find((each) => each.id === run)?.jobs.find((each) => each.id === job)?.steps.find((each) => String(each.number) === number);
  if (!step) return fail(response, 404, 'not_found', `there is no step ${number}`);
  const own = Number(number) === 2;
  return reply(response, 200, {
    number: step.number, name: step.name, run: own ? 'python3 -m pytest <b>tests</b>\necho done\n' : null, uses: own ? null : 'actions/checkout@v4',
    with: own ? null : { 'fetch-depth': '1' }, shell: null, working_directory: null, env: own ? { LEVEL: '2' } : {},
  });
}

const toNear = (run) => (run ? { id: run.id, number: run.number, sha: run.sha } : null);

function showPast({ world, response }, id) {
  const run = world.runs.find((each) => each.id === id);
  if (!run) return fail(response, 404, 'not_found', `there is no run ${id}`);
  const near = world.runs.filter((each) => each.repository === run.repository);
  const at = near.indexOf(run);
  const older = near.slice(at + 1).filter((each) => each.ref === run.ref);
  const green = older.findIndex((each) => each.state === 'succeeded');
  const failed = run.jobs.filter((job) => job.state === 'failed');
  const page = `https://github.com/${run.repository}`;
  return reply(response, 200, {
    files: `${page}/blob/${run.sha}/`, compare: green < 0 ? null : `${page}/compare/${older[green].sha}...${run.sha}`,
    before: toNear(near[at + 1]), after: toNear(near[at - 1]), green: toNear(older[green]),
    failures: failed.map((job) => ({ job: job.id, first: toNear(older.slice(0, Math.max(0, green)).filter((each) => each.state === 'failed').pop() ?? run) })),
    greens: 20, usual: run.jobs.map((job, n) => ({ key: job.key, from_ms: n * 20_000, took_ms: 15_000 })),
  });
}

/** Of a push two commits, of which the second puts the first one's file right; of a pull request its sides. */
function showChanges({ world, response }, id) {
  const run = world.runs.find((each) => each.id === id);
  if (!run) return fail(response, 404, 'not_found', `there is no run ${id}`);
  const page = `https://github.com/${run.repository}`;
  const before = 'b'.repeat(40);
  const commit = (sha, title) => ({ sha, title, author: run.actor, at: run.created_at, page: `${page}/commit/${sha}` });
  const isPush = run.event === 'push';
  return reply(response, 200, {
    sha: run.sha, page: `${page}/commit/${run.sha}`, compare: `${page}/compare/${before}...${run.sha}`, forced: isPush,
    commits: isPush ? [commit('d'.repeat(40), '<b>Begin</b>'), commit(run.sha, run.title)] : null, more_commits: isPush ? 1 : 0,
    files: isPush ? [{ path: 'shop/<i>basket</i>.py', change: 'added' }, { path: 'shop/old.py', change: 'removed' }, { path: 'README.md', change: 'modified' }] : null,
    more_files: 0,
    pull_request: isPush ? null : {
      number: 7, title: run.title, author: run.actor, page: `${page}/pull/7`, files_page: `${page}/pull/7/files`, base: { ref: 'main', sha: before },
      head: { ref: 'topic', sha: run.sha }, commits: 2, files: 3, additions: 1_200, deletions: null,
    },
  });
}

function showJob({ world, response }, run, id) {
  const job = world.runs.find((each) => each.id === run)?.jobs.find((each) => each.id === id);
  if (!job) return fail(response, 404, 'not_found', `run ${run} has no job ${id}`);
  return reply(response, 200, { ...job, attempts: (job.attempts ?? []).map((each) => ({ ...each, steps: world.olderSteps.get(`${id}@${each.number}`) ?? job.steps })) });
}

function lint(text) {
  const problems = [];
  text.split('\n').forEach((line, at) => {
    const column = line.indexOf('run-on:') + 1;
    if (column > 0) problems.push({ line: at + 1, column, severity: 'error', code: 'unknown-key', message: 'unknown key "run-on"', hint: 'did you mean "runs-on"?' });
    if (line.includes('latest')) problems.push({ line: at + 1, column: line.indexOf('latest') + 1, severity: 'warning', code: 'moving-tag', message: 'this tag moves' });
  });
  return problems;
}

const schema = readFileSync(new URL('../../../docs/workflow.schema.json', import.meta.url));

function serveSchema({ response }) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(schema);
}

/** Good enough for a page: jobs are the keys under `jobs:`, and only main is wanted. */
function previewPipeline({ world, body, response }) {
  const delivery = world.deliveries.find((each) => each.guid === body.delivery);
  if (!delivery) return fail(response, 404, 'not_found', `no delivery has the id ${body.delivery}`);
  const keys = [...(body.text.split(/^jobs:\n/m)[1] ?? '').matchAll(/^ {2}(\w+):\n(?: {4}needs: (\w+)\n)?/gm)];
  const starts = delivery.facts.branch === 'main' && keys.length > 0;
  const jobs = keys.map(([, key, need]) => ({ key, name: key, state: need ? 'blocked' : 'queued', stage: 'build', needs: need ? [need] : [] }));
  const past = starts ? ['test', 'old'] : [];
  const difference = starts
    ? [...past.filter((key) => !jobs.some((job) => job.key === key)).map((job) => ({ job, change: 'removed' })),
      ...jobs.map(({ key }) => ({ job: key, change: past.includes(key) ? 'same' : 'added' }))]
    : [];
  const reasons = { yes: starts, code: starts ? 'started' : 'branch', text: starts ? 'the branch main is wanted' : `the branch ${delivery.facts.branch} is not wanted`, children: [] };
  return reply(response, 200, { outcome: starts ? 'started' : 'ignored', reason: reasons.text, reasons, would_start: starts ? [{ workflow: 'flask', path: body.path, title: 'A push', jobs, resolved: `name: flask\n# as planned for ${body.delivery}\n${body.text}` }] : [], difference });
}

function putPipeline({ world, body, response }, name) {
  const now = world.pipelines.get(name);
  if ((now?.version ?? 0) !== body.base_version) return fail(response, 409, 'conflict', 'Another version was saved meanwhile.');
  const problems = lint(body.text);
  if (problems.some((problem) => problem.severity === 'error')) return fail(response, 422, 'invalid', 'The workflow has errors.', { problems });
  return reply(response, 200, { version: world.savePipeline(name, body.text, 'admin', body.note) });
}

function replay({ world, query, response }, guid) {
  const delivery = world.deliveries.find((each) => each.guid === guid);
  if (query.get('dry_run') !== 'true') world.changed('deliveries', 'delivery', guid);
  return reply(response, 200, { outcome: delivery.outcome, reason: delivery.reason, reasons: delivery.reasons, runs: [] });
}

function startRun({ world, body, response }) {
  world.acted.push({ action: 'start', body });
  if (body.workflow === 'none.yml') return fail(response, 404, 'not_found', 'no repository is called octo/none');
  return reply(response, 202, { delivery: world.deliveries[0].guid, outcome: 'pending' });
}

function deployAgain({ world, body, response }, repository) {
  world.acted.push({ action: 'deploy-again', id: repository, body });
  if (body.environment === 'staging' && body.kind === 'promotion') {
    return fail(response, 409, 'conflict', 'deployment 9 of container/app is running: wait for it, or cancel run 12');
  }
  return reply(response, 201, { run: '484', kind: body.kind, environment: body.environment });
}

const find = (list, key) => (context, id) => {
  const found = context.world[list].find((each) => each[key] === id);
  if (!found) return fail(context.response, 404, 'not_found', `There is no ${list.slice(0, -1)} ${id}.`);
  return reply(context.response, 200, found, { 'Triphammer-Seq': context.world.seq });
};
const all = (list, filter = () => true, shape = (item) => item) => ({ world, query, response }) =>
  reply(response, 200, page(world[list].filter((item) => filter(item, query)).map(shape), query), { 'Triphammer-Seq': world.seq });
const act = (name) => ({ world, body, response }, id) => {
  world.acted.push({ action: name, id, body });
  reply(response, 202, {});
};

function showWorkflow({ response }, id) {
  const text = 'on: push\njobs:\n  test: { runs-on: host, steps: [ { run: "echo ${{ github.ref_name }} ${{ secrets.KEY }}" } ] }\n';
  const resolved = 'jobs:\n  test:\n    stage: build\n    runs-on:\n      - host\n    timeout-minutes: 360\n    steps:\n      - run: echo main ${{ secrets.KEY }}\n';
  reply(response, 200, { path: '.triphammer/ci.yml', definition_sha: 'd'.repeat(64), text: id === '482' ? null : text, resolved });
}

function listTests({ world, query, response }, id) {
  const report = world.reports.get(id) ?? { jobs: [], items: [] };
  const wanted = query.get('outcome') ?? '';
  const fits = (test) => wanted === 'all' || test.outcome === wanted || (wanted === '' && (test.outcome === 'failed' || test.flaky));
  reply(response, 200, { jobs: report.jobs, items: report.items.filter(fits), next: null });
}

function connect({ world, body, response }) {
  world.acted.push({ action: 'connect', body });
  if (body.token !== 'right') return fail(response, 400, 'invalid', 'the repository octo/new: GitHub answered 401 (Bad credentials): the token is wrong');
  const hook = { full_name: body.full_name, url: 'https://ci.example.com/webhooks/github/x', deploy_key: body.deploy_key ? 'ssh-ed25519 AAAA triphammer:octo/new' : null };
  return reply(response, 201, hook);
}

/** The ping arrives at the third question. */
function showHook({ world, response }, owner, name) {
  world.asked = (world.asked ?? 0) + 1;
  reply(response, 200, { full_name: `${owner}/${name}`, pinged_at: world.asked > 2 ? world.at(0) : null });
}

/** `right` is an admin's link, `ada` that of ada; any other is used up. */
function useLink(world, body, response) {
  if (!['right', 'ada'].includes(body.token)) return fail(response, 403, 'refused', 'This link was used or is too old.');
  const name = body.token === 'ada' ? 'ada' : null;
  if (body.peek) return reply(response, 200, { name });
  world.acted.push({ action: 'setup', body });
  if ((name || body.name) && body.password.length < 10) return fail(response, 400, 'invalid', 'a password has 10 to 256 characters');
  world.signedIn = true;
  return reply(response, 200, { role: 'admin' });
}

function signIn(world, body, response) {
  if (body.password !== 'correct horse') return fail(response, 401, 'unauthorized', 'the name or the password is wrong');
  world.signedIn = true;
  return reply(response, 200, { role: 'admin' });
}

const findUser = (world, name) => world.users.find((user) => user.name === name);
const invitation = (world, name) => ({ url: `https://ci.example.com/setup?token=${name}`, expires_at: world.at(-259_200) });

function addUser({ world, body, response }) {
  if (findUser(world, body.name)) return fail(response, 409, 'conflict', `there is a user called ${body.name} already`);
  world.users.push({ ...body, repositories: [], created_at: world.at(0), disabled_at: null, invited: true });
  return reply(response, 201, invitation(world, body.name));
}

function changeUser({ world, body, response }, name) {
  const user = findUser(world, name);
  if (body.role) user.role = body.role;
  if ('disabled' in body) user.disabled_at = body.disabled ? world.at(0) : null;
  response.writeHead(204).end();
}

function setGrant({ world, body, response }, name, repository) {
  const user = findUser(world, name);
  user.repositories = user.repositories.filter((one) => one.repository !== repository);
  if (body.role) user.repositories.push({ repository, role: body.role });
  response.writeHead(204).end();
}

function changePassword({ body, response }) {
  if (body.old !== 'correct horse') return fail(response, 403, 'refused', 'the old password is wrong');
  return response.writeHead(204).end();
}

const sameKey = (name, scope) => (key) => key.name === name && (key.repository ?? '') === scope.repository && (key.environment ?? '') === scope.environment;

function setKey({ world, body, response }, kind, name) {
  world.acted.push({ action: 'set', id: name, body });
  if (!/^[A-Za-z_]\w*$/.test(name)) return fail(response, 400, 'invalid', 'a name is made of letters, digits and _, and does not begin with a digit');
  const { value, ...scope } = body;
  const rest = world.keys[kind].filter((key) => !sameKey(name, scope)(key));
  const shown = kind === 'variables' ? { value } : {};
  const times = { updated_at: world.at(0), updated_by: 'admin' };
  world.keys[kind] = [...rest, { name, ...shown, repository: scope.repository || null, environment: scope.environment || null, ...times }];
  response.writeHead(204).end();
}

function removeKey({ world, query, response }, kind, name) {
  const scope = { repository: query.get('repository') ?? '', environment: query.get('environment') ?? '' };
  world.keys[kind] = world.keys[kind].filter((key) => !sameKey(name, scope)(key));
  response.writeHead(204).end();
}

function makeToken({ world, body, response }) {
  const { name, role, repository, expires_days } = body;
  if (world.keys.tokens.some((token) => token.name === name)) return fail(response, 409, 'conflict', `a token called ${name} is there already`);
  world.keys.tokens.push({ name, role, repository: repository || null, created_at: world.at(0), expires_at: expires_days ? world.at(-86_400 * expires_days) : null, revoked_at: null });
  return reply(response, 201, { name, token: `th_${'5'.repeat(64)}` });
}

function revokeToken({ world, response }, name) {
  world.keys.tokens.find((token) => token.name === name).revoked_at = world.at(0);
  response.writeHead(204).end();
}

function testChannel({ world, response }, name) {
  world.acted.push({ action: 'test', id: name });
  if (name === 'post') return fail(response, 403, 'refused', 'smtp.example.com offers no STARTTLS');
  return response.writeHead(204).end();
}

function redeliver({ world, response }, id) {
  world.messages = world.messages.filter((message) => message.id !== id);
  response.writeHead(204).end();
}

function toPoint({ id, number, workflow, title, actor, state, created_at, started_at, finished_at }) {
  return { id, number, workflow, title, actor, state, created_at, started_at: started_at ?? null, finished_at: finished_at ?? null };
}

function toCard(world, { full_name, default_branch }) {
  const points = world.runs.filter((run) => run.repository === full_name && run.ref === `refs/heads/${default_branch}`).map(toPoint);
  const ended = points.find((point) => ['succeeded', 'failed'].includes(point.state));
  const mended = points.findIndex((point) => point.state === 'succeeded');
  const broken = ended?.state === 'failed' ? points.slice(0, mended < 0 ? undefined : mended).filter((point) => point.state === 'failed').pop() : null;
  const going = points.find((point) => point.state === 'running');
  return {
    full_name, branch: default_branch, state: ended?.state ?? null, broken_since: broken ?? null, runs: points.slice(0, 10),
    going: going ? { ...going, expected_ms: 240_000 } : null,
  };
}

function toOpenJob(run, job) {
  const more = job.state === 'running' ? { attempt: '77', executor: 'host', run_started_at: run.started_at, expected_ms: 600_000 } : { reason: job.reason ?? 'waits for a free worker; 2 jobs run' };
  return {
    id: job.id, run: run.id, number: run.number, repository: run.repository, workflow: run.workflow, title: run.title, name: job.name,
    state: job.state, label: job.label, queued_at: job.queued_at ?? run.created_at, started_at: job.started_at ?? null, ...more,
  };
}

function showQueue({ world, response }) {
  const open = world.runs.flatMap((run) => run.jobs.filter((job) => ['queued', 'waiting', 'running'].includes(job.state)).map((job) => toOpenJob(run, job)));
  reply(response, 200, { running: open.filter((job) => job.state === 'running'), waiting: open.filter((job) => job.state !== 'running'), more: false, drained: world.drained ?? null });
}

function changeDrain({ world, response }, what) {
  world.drained = what === 'drain' ? { by: 'user:ada', at: world.at(0) } : null;
  response.writeHead(204).end();
}

const group = (runs, failed, minutes) => ({
  runs, failed, succeeded: runs - failed, success: runs ? (runs - failed) / runs : null,
  duration_p50_ms: minutes * 60_000, duration_p90_ms: minutes * 95_000, wait_p50_ms: 2_100, wait_p90_ms: 14_000,
});

function showInsights({ world, query, response }, owner, name) {
  if (!world.repositories.some((each) => each.full_name === `${owner}/${name}`)) return fail(response, 404, 'not_found', `no repository is called ${owner}/${name}`);
  if (name === 'site') return reply(response, 200, { since: world.at(2_592_000), cut: false, all: { ...group(0, 0, 0), duration_p50_ms: null }, days: [], workflows: [], flaky: [], deployments: { environment: null, deployments: 0, failed: 0 } });
  const count = Number(query.get('days'));
  const days = Array.from({ length: count }, (_, at) => ({ ...group(4 + ((at * 7) % 11), (at * 5) % 4, 3), day: world.at((count - at) * 86_400).slice(0, 10) }));
  return reply(response, 200, {
    since: world.at(count * 86_400), cut: count > 30, all: group(212, 17, 3), days,
    workflows: [{ ...group(160, 12, 3), duration_before_p50_ms: 120_000, workflow: 'ci' }, { ...group(52, 5, 11), workflow: '<b>nightly</b>' }],
    slow_steps: [
      { workflow: 'ci', job: 'test', step: 'Run <i>the tests</i>', times: 40, p50_ms: 90_000, before_p50_ms: 60_000 },
      { workflow: 'ci', job: 'image', step: 'Build', times: 3, p50_ms: 20_000, before_p50_ms: null }],
    flaky: [{ suite: 'tests.test_prices', name: 'test_clock', job: 'test', times: 4, last_run: '483' }],
    deployments: { environment: query.get('environment') ?? 'production', deployments: 41, failed: 3, per_day: 1.4, failure_rate: 0.068, lead_p50_ms: 540_000, restore_p50_ms: 1_900_000 },
  });
}

function showRetention({ world, query, response }) {
  reply(response, 200, { ...world.retention, preview: query.get('preview') === 'true' ? world.retention.preview : null });
}

function applyRetention({ world, response }) {
  world.acted.push({ action: 'retention', id: '' });
  world.retention.preview = { items: [], deliveries: 0, more: false };
  reply(response, 200, { runs: 3, logs: 1, deliveries: 2, bytes: 5 });
}

const ROUTES = [
  ['GET', /^\/retention$/, showRetention],
  ['POST', /^\/retention$/, applyRetention],
  ['GET', /^\/wall$/, ({ world, response }) => reply(response, 200, { items: world.repositories.map((each) => toCard(world, each)), next: null })],
  ['GET', /^\/queue$/, showQueue],
  ['POST', /^\/queue\/(drain|resume)$/, changeDrain],
  ['GET', /^\/repositories\/([^/]+)\/([^/]+)\/insights$/, showInsights],
  ['GET', /^\/channels$/, all('channels')],
  ['POST', /^\/channels\/([^/]+)\/test$/, testChannel],
  ['GET', /^\/messages$/, all('messages', matches(['state']))],
  ['POST', /^\/messages\/([^/]+)\/redeliver$/, redeliver],
  ['GET', /^\/(secrets|variables|tokens)$/, ({ world, response }, kind) => reply(response, 200, { items: world.keys[kind], next: null })],
  ['PUT', /^\/(secrets|variables)\/([^/]+)$/, setKey],
  ['DELETE', /^\/(secrets|variables)\/([^/]+)$/, removeKey],
  ['GET', /^\/audit$/, all('audit', matches(['actor', 'action', 'object', 'outcome', 'repository']))],
  ['GET', /^\/audit\/verify$/, ({ world, response }) => reply(response, 200, world.chain)],
  ['GET', /^\/users$/, ({ world, response }) => reply(response, 200, { items: world.users, next: null })],
  ['POST', /^\/users$/, addUser],
  ['PUT', /^\/users\/([^/]+)$/, changeUser],
  ['PUT', /^\/users\/([^/]+)\/repositories\/([^/]+\/[^/]+)$/, setGrant],
  ['DELETE', /^\/users\/([^/]+)\/repositories\/([^/]+\/[^/]+)$/, setGrant],
  ['POST', /^\/users\/([^/]+)\/invitation$/, ({ world, response }, name) => reply(response, 201, invitation(world, name))],
  ['PUT', /^\/session\/password$/, changePassword],
  ['GET', /^\/session$/, ({ world, response }) => reply(response, 200, { actor: world.actor, role: 'admin', github: { id: 4711, login: 'ada-gh' } })],
  ['POST', /^\/tokens$/, makeToken],
  ['DELETE', /^\/tokens\/([^/]+)$/, revokeToken],
  ['GET', /^\/doctor$/, ({ world, response }) => reply(response, 200, { well: true, version: '0.1.0', findings: world.findings })],
  ['GET', /^\/runs$/, all('runs', fits, withoutSteps)],
  ['POST', /^\/runs$/, startRun],
  ['GET', /^\/runs\/([^/]+)$/, find('runs', 'id')],
  ['GET', /^\/runs\/([^/]+)\/tests$/, listTests],
  ['GET', /^\/runs\/([^/]+)\/workflow$/, showWorkflow],
  ['POST', /^\/runs\/([^/]+)\/cancel$/, act('cancel')],
  ['POST', /^\/runs\/([^/]+)\/rerun$/, act('rerun')],
  ['GET', /^\/runs\/([^/]+)\/past$/, showPast],
  ['GET', /^\/runs\/([^/]+)\/changes$/, showChanges],
  ['GET', /^\/runs\/([^/]+)\/jobs\/([^/]+)$/, showJob],
  ['GET', /^\/runs\/([^/]+)\/jobs\/([^/]+)\/steps\/(\d+)$/, showStep],
  ['GET', /^\/runs\/([^/]+)\/jobs\/([^/]+)\/log\/times$/, serveTimes],
  ['GET', /^\/runs\/[^/]+\/jobs\/([^/]+)\/log\/groups$/, serveGroups],
  ['GET', /^\/runs\/[^/]+\/jobs\/([^/]+)\/log$/, serveLog],
  ['GET', /^\/deliveries$/, all('deliveries', matches(['outcome', 'event', 'repository']))],
  ['GET', /^\/deliveries\/([^/]+)$/, find('deliveries', 'guid')],
  ['GET', /^\/deliveries\/([^/]+)\/payload$/, ({ response }) => reply(response, 200, { payload: { ref: 'refs/heads/<b>main</b>', hook: { secret: '•••' } }, bytes: 80 })],
  ['POST', /^\/deliveries\/([^/]+)\/replay$/, replay],
  ['GET', /^\/approvals$/, all('approvals', (item, query) => matches(['state', 'repository'])(item, query) && (!query.get('run') || item.run.id === query.get('run')))],
  ['GET', /^\/approvals\/([^/]+)$/, find('approvals', 'id')],
  ['POST', /^\/approvals\/([^/]+)\/(approve|reject)$/, (context, id, verb) => answerApproval({ ...context, reply, fail }, id, verb)],
  ['GET', /^\/deployments$/, all('deployments', matches(['environment', 'repository', 'run', 'state']))],
  ['GET', /^\/deployments\/([^/]+)$/, find('deployments', 'id')],
  ['POST', /^\/deployments\/([^/]+)\/settle$/, ({ world, body, response }, id) => {
    world.acted.push({ action: 'settle', id, body });
    world.deployments.find((each) => each.id === id).state = body.state;
    response.writeHead(204).end();
  }],
  ['GET', /^\/environments$/, all('environments')],
  ['POST', /^\/repositories\/([^/]+\/[^/]+)\/deployments$/, deployAgain],
  ['GET', /^\/environments\/([^/]+\/[^/]+)\/([^/]+)$/, showRules],
  ['PUT', /^\/environments\/([^/]+\/[^/]+)\/([^/]+)$/, setRules],
  ['PUT', /^\/repositories\/([^/]+\/[^/]+)\/fork-approval$/, ({ world, body, response }, name) => {
    world.repositories.find((one) => one.full_name === name).fork_approval = body.fork_approval;
    reply(response, 204);
  }],
  ['GET', /^\/repositories$/, all('repositories')],
  ['GET', /^\/repositories\/([^/]+)\/([^/]+)\/starters$/, ({ world, response }, owner, name) => {
    const known = world.repositories.some((each) => each.full_name === `${owner}/${name}`);
    return known ? reply(response, 200, world.starters) : fail(response, 404, 'not_found', `no repository is called ${owner}/${name}`);
  }],
  ['POST', /^\/repositories$/, connect],
  ['GET', /^\/repositories\/([^/]+)\/([^/]+)\/hook$/, showHook],
  ['GET', /^\/acted$/, ({ world, response }) => reply(response, 200, world.acted)],
  ['GET', /^\/pipelines$/, ({ world, response }) => reply(response, 200, { items: [...world.pipelines.values()].map(({ versions, ...rest }) => ({ ...rest, text: undefined })), next: null })],
  ['POST', /^\/pipelines\/lint$/, ({ body, response }) => reply(response, 200, { problems: lint(body.text) })],
  ['POST', /^\/pipelines\/preview$/, previewPipeline],
  ['GET', /^\/schema\/workflow\.json$/, serveSchema],
  ['GET', /^\/pipelines\/templates$/, ({ world, response }) => reply(response, 200, { items: world.templates, next: null })],
  ['GET', /^\/pipelines\/([^/]+)$/, ({ world, response }, name) => {
    const found = world.pipelines.get(name);
    return found ? reply(response, 200, { ...found, versions: undefined }) : fail(response, 404, 'not_found', `There is no pipeline ${name}.`);
  }],
  ['PUT', /^\/pipelines\/([^/]+)$/, putPipeline],
  ['PUT', /^\/pipelines\/([^/]+)\/repositories$/, ({ world, body, response }, name) => {
    world.pipelines.get(name).repositories = body.repositories;
    reply(response, 200, {});
  }],
  ['GET', /^\/pipelines\/([^/]+)\/versions$/, ({ world, response }, name) => reply(response, 200, { items: [...world.pipelines.get(name).versions].reverse(), next: null })],
  ['GET', /^\/pipelines\/([^/]+)\/versions\/(\d+)$/, ({ world, response }, name, version) => reply(response, 200, world.pipelines.get(name).versions[version - 1])],
  ['DELETE', /^\/session$/, ({ world, response }) => {
    world.signedIn = false;
    reply(response, 200, {});
  }],
];

const NO_RULES = { approvals: 0, reviewers: [], allow_author: false, branches: [], wait_minutes: 0, expires_minutes: 1440, freezes: [] };

function showRules({ world, response }, repository, name) {
  const found = world.environments.find((one) => one.repository === repository && one.name === name);
  reply(response, 200, found?.rules ?? NO_RULES);
}

function setRules({ world, body, response }, repository, name) {
  const unknown = Object.keys(body).filter((field) => !(field in NO_RULES) || field === 'inherited');
  if (unknown.length > 0) return fail(response, 400, 'invalid', `there is no rule '${unknown[0]}'`);
  const stranger = body.reviewers.find((one) => !['ada', 'bob', 'approver', 'admin'].includes(one));
  if (stranger) return fail(response, 400, 'invalid', `reviewers: there is no account '${stranger}'`);
  const found = world.environments.find((one) => one.repository === repository && one.name === name);
  if (found) found.rules = body;
  else world.environments.push({ repository, name, rules: body, current: null, open: null });
  return reply(response, 204);
}

export function answerApi(world, { request, url, body }, response) {
  const path = url.pathname.slice('/api/v1'.length);
  if (path === '/setup') return useLink(world, body, response);
  if (path === '/session' && request.method === 'POST') return signIn(world, body, response);
  if (path === '/session/ways') return reply(response, 200, { password: true, github: true });
  if (!world.signedIn) return fail(response, 401, 'unauthenticated', 'Nobody is signed in.');
  const context = { world, query: url.searchParams, body, response };
  const apart = request.method === 'GET' && (answerTerraform(world, path, url.searchParams) ?? answerLarge(world, path));
  if (apart) return reply(response, 200, apart, { 'Triphammer-Seq': world.seq });
  for (const [method, pattern, handler] of ROUTES) {
    const found = request.method === method && pattern.exec(path);
    if (found) return handler(context, ...found.slice(1).map(decodeURIComponent));
  }
  return fail(response, 404, 'not_found', 'There is no such route.');
}
