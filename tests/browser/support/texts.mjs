// Longer texts of the world.

const E = '\x1b';

export const FAILING_TEST_LOG = [
  `${E}[1m============================= test session starts ==============================${E}[0m`,
  'platform linux -- Python 3.11.2, pytest-7.2.1, pluggy-1.0.0',
  'rootdir: /work/source',
  ...Array.from({ length: 160 }, (_, n) => `tests/test_orders.py::test_order_${String(n + 1).padStart(3, '0')} ${E}[32mPASSED${E}[0m${E}[32m [ ${String(Math.floor(n / 1.7)).padStart(2)}%]${E}[0m`),
  `tests/test_totals.py::test_half_cents ${E}[31mFAILED${E}[0m${E}[31m [ 97%]${E}[0m`,
  `tests/test_totals.py::test_currency ${E}[32mPASSED${E}[0m${E}[32m [100%]${E}[0m`,
  '',
  '=================================== FAILURES ===================================',
  `${E}[31m${E}[1m_______________________________ test_half_cents ________________________________${E}[0m`,
  '',
  '    def test_half_cents():',
  `>       ${E}[94massert${E}[39;49;00m total([${E}[94m0.125${E}[39;49;00m, ${E}[94m0.125${E}[39;49;00m]) == Decimal(${E}[33m"0.26"${E}[39;49;00m)`,
  `${E}[1m${E}[31mE       AssertionError: assert Decimal('0.25') == Decimal('0.26')${E}[0m`,
  `${E}[1m${E}[31mE        +  where Decimal('0.25') = total([0.125, 0.125])${E}[0m`,
  '',
  `${E}[1m${E}[31mtests/test_totals.py${E}[0m:31: AssertionError`,
  '=========================== short test summary info ============================',
  `${E}[31mFAILED${E}[0m tests/test_totals.py::${E}[1mtest_half_cents${E}[0m - AssertionError: assert Decimal('0.25') == Decimal('0.26')`,
  `${E}[31m========================= ${E}[31m${E}[1m1 failed${E}[0m, ${E}[32m161 passed${E}[0m${E}[31m in 52.41s${E}[0m${E}[31m ==========================${E}[0m`,
];

export const COLOURS_LOG = [
  `plain ${E}[31mred${E}[0m ${E}[1;32mbold green${E}[0m ${E}[4munderlined${E}[0m`,
  `palette ${E}[38;5;208morange${E}[0m true ${E}[38;2;10;200;120mjade${E}[0m ${E}[48;2;80;0;0mground${E}[0m`,
  'progress   1%\rprogress  50%\rprogress 100%',
  `${E}]0;a title${E}\\${E}]52;c;aGVsbG8=\x07after the title`,
  `${E}]8;;https://example.com/a${E}\\a link${E}]8;;${E}\\ and ${E}]8;;javascript:alert(1)${E}\\no link${E}]8;;${E}\\`,
  'token=*** is masked',
  '<b>markup</b> <script>window.broken=1</script>',
  `x${'y'.repeat(5000)}`,
  '##[error]no rule to make <b>target</b>',
];

export const DEPLOY_LOG = [
  'container: candidate th-d61-1 from registry.example.com/shop@sha256:9f2c41aa07b3',
  'gate: waiting for http://172.17.0.5:8080/healthz',
  'gate: 503, 1 of 10',
  'gate: 200 after 1.8 s, holding for 10 s',
];

export const PIPELINE_TEXT = `name: flask
on:
  push:
    branches: [main]

jobs:
  test:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - run: python3 -m pytest

  image:
    needs: test
    image:
      context: .
      tags: ["registry.example.com/app:\${{ github.sha }}"]
      push: true

  deploy:
    needs: image
    environment: production
    deploy:
      to: container
      name: app
      image: \${{ needs.image.outputs.ref }}
      health: { http: "/healthz", port: 8080 }
`;

export const TEMPLATES = [
  { name: 'flask', description: 'Test, image and deployment of a small Python service.', text: PIPELINE_TEXT },
  { name: 'image', description: 'Builds and pushes an image.', text: 'name: image\non: push\n\njobs:\n  image:\n    image: { context: ., push: true }\n' },
];

export const REASONS = {
  yes: true, code: 'started', text: 'one of two workflows starts',
  children: [
    {
      yes: true, code: 'workflow', text: 'ci.yml starts',
      children: [{ yes: true, code: 'event', text: '“on” names push' }, { yes: true, code: 'branch-filter', text: 'branch main matches main' }],
    },
    {
      yes: false, code: 'workflow', text: 'release.yml does not start',
      children: [{ yes: true, code: 'event', text: '“on” names push' }, { yes: false, code: 'tag-filter', text: 'a push to a branch has no tag that could match v*' }],
    },
  ],
};

const NONE = { lines: 0, carried: 0, remarks: [], deploying: [], problems: [], reason: '', source: null, commit_url: null };

export const STARTERS = [
  {
    ...NONE, path: '.triphammer/ci.yml', title: 'ci.yml', why: 'It runs at GitHub now.', origin: 'github', source: '.github/workflows/ci.yml',
    text: 'on: push\njobs: {}\n', lines: 12, carried: 11, deploying: ['live'],
    remarks: [{ line: 8, last_line: 8, kind: 'left', message: 'lint refuses it: no such action', remedy: 'take it out' }],
    problems: [{ line: 8, column: 1, severity: 'error', code: 'unknown-action', message: 'no such action' }],
    would_start: [], reason: '.triphammer/ci.yml cannot be read',
  },
  {
    ...NONE, path: '.triphammer/python.yml', title: 'python', why: 'The tree has requirements.txt.', origin: 'made',
    text: 'name: python\non: push\n', would_start: [{ workflow: 'python', jobs: [{ key: 'test', name: 'test' }] }],
    commit_url: 'https://github.example/octo/billing/new/main?filename=.triphammer%2Fpython.yml&value=name',
  },
];
