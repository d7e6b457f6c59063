import assert from 'node:assert/strict';
import test from 'node:test';
import { drifts, isWayBackReady, toMatrix } from '../src/screens/matrix_places.ts';

const live = (id, digest, sha = 'a') => ({ id, digest, sha });
const environment = (repository, name, current = null, ways_back = []) => ({ repository, name, current, ways_back });

test('repositories are rows, environments columns on the way to people', () => {
  const matrix = toMatrix([environment('o/b', 'production'), environment('o/a', 'staging'), environment('o/a', 'production'), environment('o/a', 'europe')]);

  assert.deepEqual(matrix.columns, ['staging', 'europe', 'production']);
  assert.deepEqual(matrix.rows.map((row) => [row.repository, row.cells.map((cell) => cell?.name)]), [
    ['o/a', ['staging', 'europe', 'production']], ['o/b', [undefined, undefined, 'production']]]);
});

test('a row drifts where two environments run different versions', () => {
  const row = (...currents) => ({ repository: 'o/a', cells: currents.map((current) => current && environment('o/a', 'x', current)) });

  assert.equal(drifts(row(live('1', 'd1'), live('2', 'd1', 'b'))), false);
  assert.equal(drifts(row(live('1', 'd1'), undefined, live('2', 'd2'))), true);
  assert.equal(drifts(row(live('1', null, 'a'), live('2', null, 'b'))), true);
  assert.equal(drifts(row(live('1', 'd1'), undefined)), false);
});

test('the way back is of what is live', () => {
  const ways = [{ deployment: '7', state: 'there' }, { deployment: '8', state: 'gone' }];

  assert.equal(isWayBackReady(environment('o/a', 'x', live('7'), ways)), true);
  assert.equal(isWayBackReady(environment('o/a', 'x', live('8'), ways)), false);
  assert.equal(isWayBackReady(environment('o/a', 'x', live('9'), ways)), null);
});
