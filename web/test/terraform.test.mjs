import assert from 'node:assert/strict';
import test from 'node:test';
import { collect, isWhatWasApproved, readFates, readPlans, readValue } from '../src/screens/terraform_words.ts';

const MARKDOWN = '### Plan of infra: 1 to create, 1 to destroy\n\n```text\n- destroy a["x: y"]\n+ create b\n… and 9 more to update or create\n```\n\n'
  + '### Plan of infra/dns: no changes\n\nOnly outputs change.\n\n';

test('a summary gives folders and resources in their order', () => {
  const [one, other] = readPlans(MARKDOWN);
  assert.deepEqual(one, {
    folder: 'infra', says: '1 to create, 1 to destroy', more: '… and 9 more to update or create',
    changes: [{ action: 'destroy', address: 'a["x: y"]', values: [] }, { action: 'create', address: 'b', values: [] }],
  });
  assert.deepEqual(other, { folder: 'infra/dns', says: 'no changes', changes: [], more: '' });
  assert.deepEqual(readPlans('anything else'), []);
});

test('values stand with their resource, and what forces a replacement is told', () => {
  const lists = '```text\n± replace a\n+ create b\n```\n\n```text\n± replace a\n    size: 1 → 2  # forces replacement\n    id: "x" → (known after apply)\n```\n\n';
  const [one, other] = readPlans(`### Plan of infra: 1 to replace\n\n${lists}### Plan of dns: 1 to replace\n\n\`\`\`text\n± replace a\n\`\`\`\n`);

  assert.deepEqual(one.changes, [
    { action: 'replace', address: 'a', values: ['size: 1 → 2  # forces replacement', 'id: "x" → (known after apply)'] },
    { action: 'create', address: 'b', values: [] },
  ]);
  assert.deepEqual(other.changes, [{ action: 'replace', address: 'a', values: [] }]);
  assert.deepEqual(one.changes[0].values.map(readValue), [{ text: 'size: 1 → 2', forces: true }, { text: 'id: "x" → (known after apply)', forces: false }]);
});

test('a half applied plan says what became of each', () => {
  const reason = 'partially applied: 1 of 5 changes. Done: create a.b. Failed: destroy m["x, y"], update n. Interrupted: create q. Not begun: replace z, …. quota. Done: no';
  assert.deepEqual([...readFates(reason)], [
    ['create a.b', 'done'], ['destroy m["x, y"]', 'failed'], ['update n', 'failed'], ['create q', 'interrupted'], ['replace z', 'not begun'],
  ]);
  assert.equal(readFates('Done: create a.').size, 0);
  assert.equal(readFates(null).size, 0);
});

test('what was approved is compared by the hash of the plan', () => {
  const job = { id: '2', kind: 'terraform', outputs: {} };
  const approval = (state, hash) => ({ id: '1', state, job: { id: '2' }, digests: { plan: hash }, votes: [] });
  const [one] = collect([job, { id: '3', kind: 'steps' }], [], [{ job: '2', digest: 'sha256:a' }], [approval('void', 'sha256:b'), approval('approved', 'sha256:a')]);
  assert.equal(one.hash, 'sha256:a');
  assert.equal(isWhatWasApproved(one), true);
  assert.equal(isWhatWasApproved({ ...one, hash: 'sha256:c' }), false);
  assert.equal(isWhatWasApproved({ ...one, approvals: [] }), null);
});
