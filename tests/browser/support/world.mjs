// A small world in the shapes of the contract: repositories, runs of every state, deliveries, a ledger.

import { makeApprovals } from './approvals.mjs';
import { HandLog, LongLog } from './logs.mjs';
import { FAILING_TEST_LOG, COLOURS_LOG, DEPLOY_LOG, PIPELINE_TEXT, REASONS, TEMPLATES, STARTERS } from './texts.mjs';

const REPOSITORIES = ['octo/shop', 'octo/billing', 'octo/site'];
const TITLES = [
  'Ask for the address once', 'Round totals half to even', 'Retry the payment gateway for a minute', 'Show the basket in the header',
  'Move sessions to the database', 'Upgrade the base image', 'Fix the time zone of invoices', 'Speed up the product list',
  'Log the order number', 'Remove the old importer',
];
const ACTORS = ['mira', 'tomas', 'jun', 'ada'];
const BRANCHES = ['main', 'main', 'main', 'checkout-v2', 'fix/rounding'];

export class World {
  constructor() {
    this.signedIn = true;
    this.acted = [];
    this.findings = [];
    this.events = [];
    this.onEvent = () => {};
    this.clear();
    this.fill();
  }

  get seq() {
    return 4000 + this.events.length;
  }

  eventsAfter(last) {
    return last === undefined ? [] : this.events.filter((event) => event.seq > last);
  }

  clear() {
    this.runs = [];
    this.deliveries = [];
    this.deployments = [];
    this.environments = [];
    this.approvals = [];
    this.repositories = [];
    this.pipelines = new Map();
    this.templates = TEMPLATES;
    this.actor = 'setup-link';
    this.audit = [
      { seq: 3, at: this.at(60), actor: '', address: '192.0.2.7', action: 'session.open', object: '<b>bob</b>', repository: null,
        outcome: 'refused', reason: 'the name or the password is wrong', before: null, after: null },
      { seq: 2, at: this.at(120), actor: 'user:ada', address: 'unix', action: 'user.change', object: 'bob', repository: null,
        outcome: 'done', reason: '', before: { role: 'viewer', disabled: false }, after: { role: 'admin', disabled: false } },
      { seq: 1, at: this.at(180), actor: 'server', address: '', action: 'secret.use', object: 'TOKEN', repository: 'octo/shop',
        outcome: 'done', reason: '', before: null, after: { run: '7', job: '9' } },
    ];
    this.chain = { rows: 3, broken: null };
    this.users = [{ name: 'bob', role: 'viewer', repositories: [], created_at: this.at(90_000), disabled_at: null, invited: true }];
    this.keys = { secrets: [], variables: [], tokens: [] };
    this.channels = [
      { name: 'team', type: 'slack', on: ['failed', 'recovered'], repositories: [], pending: 0, dead: 1 },
      { name: 'post', type: 'mail', on: ['failed'], repositories: ['octo/*'], pending: 2, dead: 0 },
    ];
    const none = { run_days: null, runs: null, log_days: null, log_bytes: null };
    this.retention = {
      rules: { run_days: 365, runs: 0, log_days: 90, log_bytes: 10737418240 }, log_bytes: 21474836480, delivery_days: 90,
      repositories: [
        { repository: 'octo/shop', own: { ...none, runs: 200 }, runs: 17, log_bytes: 5242880, artifact_bytes: 0, cache_bytes: 1536 },
        { repository: 'octo/roof', own: none, runs: 1, log_bytes: 10, artifact_bytes: 0, cache_bytes: 0 }],
      preview: { items: [{ repository: 'octo/shop', cause: 'count', runs: 3, logs: 1, bytes: 2097152 }], deliveries: 2, more: true },
    };
    this.messages = [{ id: '7', channel: 'notify:team', repository: 'octo/shop', state: 'dead', error: 'answered 400: <b>no</b>', created_at: this.at(60) },
      { id: '8', channel: 'notify:post', repository: 'octo/site', state: 'pending', error: 'no answer within 10 s', created_at: this.at(30) }];
    this.starters = { items: [], commit: '', branch: 'main' };
    this.logs = new Map();
    this.olderSteps = new Map();
    this.reports = new Map();
  }

  /** `ago` seconds before now. */
  at(ago) {
    return new Date(Date.now() - ago * 1000).toISOString();
  }

  fill() {
    for (let n = 1; n <= 480; n++) this.runs.unshift(this.oldRun(n));
    this.addHostile();
    this.addLong();
    this.addFailed();
    this.addReport();
    this.addRunning();
    this.addInvalid();
    this.addRest();
  }

  oldRun(n) {
    const states = ['succeeded', 'succeeded', 'succeeded', 'failed', 'succeeded', 'cancelled', 'succeeded', 'succeeded'];
    const state = states[n % states.length];
    const ago = (481 - n) * 1900 + 4000;
    const took = 40 + (n * 37) % 300;
    return {
      ...this.facts(n), state, cause: state === 'failed' ? 'exit' : null,
      created_at: this.at(ago), started_at: this.at(ago - 2), finished_at: this.at(ago - 2 - took),
      jobs: this.jobs(String(n), state, ago - 2, took),
    };
  }

  facts(n) {
    const branch = BRANCHES[n % BRANCHES.length];
    const pull = n % 7 === 3;
    return {
      id: String(n), number: n, repository: REPOSITORIES[n % 3], workflow: 'ci', workflow_path: '.triphammer/ci.yml',
      event: pull ? 'pull_request' : 'push', ref: pull ? `refs/pull/${n}/merge` : `refs/heads/${branch}`,
      sha: ((n * 2654435761) % 4294967296).toString(16).padStart(8, '0').repeat(5), title: TITLES[n % TITLES.length],
      actor: ACTORS[n % ACTORS.length], delivery: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, attempt: 1,
    };
  }

  step(number, name, state, more = {}) {
    return { number, id: '', name, state, cause: null, exit_status: state === 'succeeded' ? 0 : null, log_lines: 0, ...more };
  }

  job(id, name, stage, state, more = {}) {
    const kind = { test: 'steps', lint: 'steps', image: 'image' }[name] ?? 'deploy';
    return { id, key: name, name, kind, stage, state, cause: null, attempt: 1, needs: [], label: 'host', steps: [], ...more };
  }

  jobs(run, state, ago, took) {
    const part = (from, to) => ({ queued_at: this.at(ago - took * (from - 0.05)), started_at: this.at(ago - took * from), finished_at: this.at(ago - took * to) });
    const times = part(0.05, 0.6);
    const later = (from, to) => (state === 'succeeded' ? part(from, to) : {});
    const steps = [this.step(0, 'Set up', 'succeeded', times), this.step(1, 'Check out', 'succeeded', times), this.step(2, 'Run the tests', state, { ...times, log_lines: 40 })];
    this.logs.set(`${run}1/2`, new LongLog(40));
    return [
      this.job(`${run}1`, 'test', 'test', state, { ...times, steps }),
      this.job(`${run}2`, 'image', 'image', state === 'succeeded' ? 'succeeded' : 'skipped', { needs: ['test'], ...later(0.65, 0.8) }),
      this.job(`${run}3`, 'staging', 'deploy', state === 'succeeded' ? 'succeeded' : 'skipped', { needs: ['image'], environment: 'staging', ...later(0.85, 1) }),
    ];
  }

  addHostile() {
    const markup = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';
    const run = { ...this.oldRun(480), id: '481', number: 481, title: markup, actor: markup, repository: markup, workflow: markup, ref: `refs/heads/${markup}` };
    run.jobs = run.jobs.map((job) => ({ ...job, id: `h${job.id}`, name: markup, stage: markup }));
    this.runs.unshift(run);
  }

  addLong() {
    const times = { started_at: this.at(3500), finished_at: this.at(3380) };
    this.logs.set('4821/2', new LongLog(1_000_000));
    this.logs.set('4821/3', new HandLog(COLOURS_LOG));
    const steps = [
      this.step(0, 'Set up', 'succeeded', times), this.step(1, 'Check out', 'succeeded', times),
      this.step(2, 'Write a million lines', 'succeeded', { ...times, log_lines: 1_000_000 }),
      this.step(3, 'Colours', 'succeeded', { ...times, log_lines: COLOURS_LOG.length }),
    ];
    this.runs.unshift({ ...this.facts(482), state: 'succeeded', created_at: this.at(3502), ...times, jobs: [this.job('4821', 'soak', 'test', 'succeeded', { ...times, steps })] });
  }

  addFailed() {
    const times = { started_at: this.at(1500), finished_at: this.at(1444) };
    this.logs.set('4831/2', new HandLog(FAILING_TEST_LOG));
    const steps = [
      this.step(0, 'Set up', 'succeeded', { started_at: this.at(1500), finished_at: this.at(1499.4) }),
      this.step(1, 'Check out', 'succeeded', { started_at: this.at(1499), finished_at: this.at(1497) }),
      this.step(2, 'Run the tests', 'failed', { started_at: this.at(1497), finished_at: this.at(1444), cause: 'exit', exit_status: 1, log_lines: FAILING_TEST_LOG.length }),
      this.step(3, 'Clean up', 'succeeded', { started_at: this.at(1444), finished_at: this.at(1443.9) }),
    ];
    const jobs = [
      this.job('4831', 'test', 'test', 'failed', { ...times, cause: 'exit', steps, attempt: 2, attempts: [this.attempt(1, 'timed_out', 'timeout', 1700, 1510), this.attempt(2, 'failed', 'exit', 1500, 1444)] }),
      this.job('4832', 'lint', 'test', 'succeeded', { started_at: this.at(1500), finished_at: this.at(1488), steps: [this.step(0, 'Set up', 'succeeded'), this.step(1, 'Lint', 'succeeded', { log_lines: 3 })] }),
      this.job('4833', 'image', 'image', 'skipped', { needs: ['test'], reason: 'needs test, which failed' }),
      this.job('4834', 'staging', 'deploy', 'skipped', { needs: ['image'], reason: 'needs image, which was skipped', environment: 'staging' }),
    ];
    this.olderSteps.set('4831@1', [this.step(0, 'Set up', 'succeeded'), this.step(1, 'Check out', 'succeeded'), this.step(2, 'Run the tests', 'timed_out', { started_at: this.at(1700), finished_at: this.at(1510), cause: 'timeout', log_lines: 2 })]);
    this.logs.set('4831/2@1', new HandLog(['waiting for the database', 'still waiting']));
    this.logs.set('4832/1', new HandLog(['all files are clean', '', 'done']));
    this.runs.unshift({ ...this.facts(483), repository: 'octo/shop', state: 'failed', cause: 'exit', created_at: this.at(1502), ...times, jobs });
  }

  attempt(number, result, cause, from, to) {
    return { number, fence: String(number), state: 'ended', result, cause, executor: 'host', claimed_at: this.at(from), attached_at: this.at(from), ended_at: this.at(to) };
  }

  addReport() {
    const past = (...outcomes) => outcomes.map((outcome, at) => ({ run: String(483 - at), number: 483 - at, sha: 'c'.repeat(40), outcome, flaky: false, ms: 12 }));
    const test = (id, name, outcome, more) => ({ id, job: '4831', suite: 'tests.test_prices', name, outcome, flaky: false, ms: 12, file: null, line: null, message: null, details: null, past: past(outcome), ...more });
    const counts = { passed: 41, failed: 1, skipped: 1, ms: 2400 };
    this.reports.set('483', {
      jobs: [{
        ...counts, job: '4831', name: 'test', flaky: 1, coverage: { lines: 200, covered: 150, files: [{ path: 'shop/basket.py', lines: 40, covered: 10 }] },
        findings: [{ tool: 'lint', rule: 'E501', level: 'warning', message: 'line too long', file: 'shop/basket.py', line: 9 }],
        texts: [{ path: 'size.txt', text: 'main.js 31 KiB' }], problems: ['broken.xml: line 3: mismatched tag'],
        line: [{ ...counts, run: '483', number: 483, sha: 'c'.repeat(40), coverage: { lines: 200, covered: 150 } }, { ...counts, failed: 0, run: '482', number: 482, sha: 'b'.repeat(40), coverage: { lines: 200, covered: 160 } }],
      }],
      items: [
        test('1', 'test_rounding', 'failed', { file: 'tests/test_prices.py', line: 14, message: 'assert 2 == 3 <script>window.broken = 1</script>', details: 'def test_rounding():\n>   assert 2 == 3', past: past('failed', 'passed', 'passed') }),
        test('2', 'test_clock', 'passed', { flaky: true }),
        test('3', 'test_later', 'skipped', { message: 'not today' }),
      ],
    });
  }

  addRunning() {
    const started = { started_at: this.at(95) };
    const done = { ...started, finished_at: this.at(48) };
    this.logs.set('4841/2', new LongLog(120));
    this.logs.set('4843/1', new HandLog([...DEPLOY_LOG], false));
    const jobs = [
      this.job('4841', 'test', 'test', 'succeeded', { ...done, steps: [this.step(0, 'Set up', 'succeeded', done), this.step(2, 'Run the tests', 'succeeded', { ...done, log_lines: 120 })] }),
      this.job('4842', 'image', 'image', 'succeeded', { started_at: this.at(48), finished_at: this.at(22), needs: ['test'] }),
      this.job('4843', 'staging', 'deploy', 'running', { started_at: this.at(21), needs: ['image'], environment: 'staging', steps: [this.step(0, 'Set up', 'succeeded', { started_at: this.at(21), finished_at: this.at(20.6) }), this.step(1, 'Deploy', 'running', { started_at: this.at(20) })] }),
      this.job('4844', 'production', 'deploy', 'blocked', { needs: ['staging'], environment: 'production' }),
    ];
    this.runs.unshift({ ...this.facts(484), title: 'Keep the basket for a week', ref: 'refs/heads/main', event: 'push', repository: 'octo/shop', state: 'running', created_at: this.at(97), ...started, jobs });
  }

  addInvalid() {
    this.runs.unshift({
      ...this.facts(485), state: 'failed', cause: 'invalid', created_at: this.at(30), finished_at: this.at(30), jobs: [],
      problems: [{ file: '.triphammer/ci.yml', line: 7, column: 5, code: 'unknown-key', message: 'unknown key "run-on"', hint: 'did you mean "runs-on"?' }],
    });
  }

  addRest() {
    this.deliveries = this.runs.slice(0, 120).map((run, at) => this.delivery(run, at));
    for (let n = 1; n <= 60; n++) this.deployments.unshift(this.deployment(n));
    const shop = this.deployments.filter((each) => each.repository === 'octo/shop');
    const production = shop.filter((each) => each.environment === 'production' && each.state === 'succeeded');
    const none = { approvals: 0, reviewers: [], allow_author: false, branches: [], wait_minutes: 0, expires_minutes: 1440, freezes: [] };
    this.environments = [
      {
        repository: 'octo/shop', name: 'production', current: this.deployments[1], open: null,
        rules: { ...none, inherited: true, approvals: 2, reviewers: ['ada', 'bob'], freezes: [{ from: this.at(-3_600), until: this.at(-7_200), reason: 'holidays' }] },
        ways_back: [{ deployment: production[0].id, source: production[1].id, state: 'gone', reason: 'the registry has no <b>such</b> image', looked_at: this.at(9_000) }],
      },
      { repository: 'octo/shop', name: 'staging', rules: none, current: this.deployments[2], open: { ...this.deployments[0], state: 'running', phase: 'gate' } },
      { repository: 'octo/site', name: 'production', rules: none, current: null, open: null },
    ];
    this.approvals = makeApprovals(this);
    this.starters = { items: STARTERS, commit: 'c'.repeat(40), branch: 'main' };
    this.repositories = REPOSITORIES.map((full_name, at) => ({
      id: String(at + 1), full_name, default_branch: 'main', fork_approval: 'all', workflows_dir: '.triphammer', hook: `/webhooks/github/${'abcdef0123456789'.slice(at)}`,
      last_delivery_at: at < 2 ? this.at(30 + at * 400) : null, last_run: at < 2 ? { id: '484', number: 484, state: 'running' } : null,
    }));
    this.savePipeline('flask', PIPELINE_TEXT, 'mira', 'from the template “flask”');
    this.savePipeline('flask', `${PIPELINE_TEXT}# kept on the server\n`, 'admin', 'say where it is kept');
    this.pipelines.get('flask').repositories = ['octo/site'];
  }

  delivery(run, at) {
    const ignored = at % 6 === 4;
    return {
      guid: run.delivery, event: run.event, action: run.event === 'push' ? null : 'opened', received_at: run.created_at,
      outcome: ignored ? 'ignored' : 'started', reason: ignored ? 'no workflow wants a push to dependabot/pip' : 'ci.yml starts', reasons: REASONS,
      repository: run.repository, facts: { ref: run.ref, branch: run.ref.replace('refs/heads/', ''), sha: run.sha, pull_request: null }, runs: ignored ? [] : [run.id],
    };
  }

  deployment(n) {
    const state = n === 60 ? 'running' : ['succeeded', 'succeeded', 'succeeded', 'failed', 'rolled_back'][n % 5];
    const ago = (61 - n) * 5200;
    return {
      id: String(n), repository: REPOSITORIES[n % 2], environment: n % 3 ? 'staging' : 'production', driver: 'container', strategy: 'blue-green', target: 'shop-web',
      image: 'registry.example.com/shop', digest: `sha256:${((n * 40503) % 65536).toString(16).padStart(4, '0').repeat(16)}`,
      sha: this.facts(n).sha, run: n > 58 ? '484' : String(n), job: n > 58 ? '4843' : `${n}3`, state, phase: state === 'running' ? 'gate' : 'done', reason: state === 'failed' ? 'the candidate never answered /healthz' : null,
      created_at: this.at(ago), started_at: this.at(ago), finished_at: state === 'running' ? null : this.at(ago - 24), previous: n > 1 ? String(n - 1) : null,
      probes: state === 'running' ? [] : [{ phase: 'gate', kind: 'http', passed: state !== 'failed', looks: 9, milliseconds: 4_200, reason: state === 'failed' ? '<b>502</b>' : '' }],
      target_ids: n === 58 ? { object: 'blue 0, green 100', previous: 'blue 75, green 25' } : null,
      phases: n === 60 ? [{ job: 'test', name: 'run', from: this.at(ago + 60), to: this.at(ago) }, { job: 'staging', name: 'preflight', from: this.at(ago), to: this.at(ago - 4) }, { job: 'staging', name: 'gate', from: this.at(ago - 4), to: null }] : [],
      excerpt: state === 'failed' ? 'Traceback (most recent call last):\nRuntimeError: no database' : null, effects: this.effects(state, ago),
    };
  }

  effects(state, ago) {
    const kinds = state === 'failed' ? ['create-candidate'] : ['create-candidate', 'switch', 'retire'];
    return kinds.map((kind, at) => ({
      n: at + 1, kind, target: 'shop-web', state: state === 'running' && at === 2 ? 'open' : 'ok',
      opened_at: this.at(ago - at * 6), closed_at: state === 'running' && at === 2 ? null : this.at(ago - at * 6 - 4),
    }));
  }

  counts() {
    const open = this.runs.flatMap((run) => run.jobs.filter((job) => ['queued', 'waiting', 'running'].includes(job.state)));
    const running = open.filter((job) => job.state === 'running').length;
    return { running, waiting: open.length - running, approvals: this.approvals.filter((each) => each.state === 'pending').length };
  }

  changed(topic, subject, id, to = '') {
    const event = { seq: this.seq + 1, topic, type: 'changed', subject, id, to };
    this.events.push(event);
    this.onEvent(event);
  }

  addRun(more) {
    const n = Number(this.runs[0].id) + 1;
    this.runs.unshift({ ...this.oldRun(480), ...this.facts(n), created_at: this.at(0), ...more });
    this.changed('runs', 'run', String(n), this.runs[0].state);
  }

  addDelivery(more) {
    const guid = `00000000-0000-4000-9000-${String(this.deliveries.length).padStart(12, '0')}`;
    this.deliveries.unshift({ guid, action: null, received_at: this.at(0), outcome: 'ignored', reason: 'a ping starts nothing', reasons: null, facts: null, runs: [], ...more });
    this.changed('deliveries', 'delivery', guid);
  }

  changeRun(id, change) {
    const run = this.runs.find((each) => each.id === id);
    Object.assign(run, change);
    this.changed(`run:${id}`, 'run', id, run.state);
    this.changed('runs', 'run', id, run.state);
  }

  log(key) {
    return this.logs.get(key);
  }

  /** `topic`: RUN/JOB/STEP. */
  logState(topic) {
    const log = this.logs.get(topic.split('/').slice(1).join('/'));
    return log && { lines: log.lines, bytes: log.bytes, done: log.done };
  }

  appendLog(topic, lines, done = false) {
    const log = this.logs.get(topic.split('/').slice(1).join('/'));
    log.append(lines);
    log.done = done;
    this.onEvent({ topic: `log:${topic}`, ...this.logState(topic) });
  }

  savePipeline(name, text, author, note = '') {
    const old = this.pipelines.get(name);
    const version = (old?.version ?? 0) + 1;
    const created_at = this.at(0);
    const versions = [...(old?.versions ?? []), { version, text, author, note, created_at }];
    this.pipelines.set(name, { name, version, text, author, note, updated_at: created_at, repositories: old?.repositories ?? [], versions });
    this.changed('pipelines', 'pipeline', name);
    return version;
  }
}
