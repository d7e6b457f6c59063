// Where the jobs of a graph stand.

import assert from 'node:assert/strict';
import test from 'node:test';
import { layOutGraph, loudest } from '../src/parts/graph_places.ts';

const job = (key, ...needs) => ({ key, name: key, state: 'succeeded', needs });
const keys = (graph) => graph.columns.map((column) => column.map((node) => node.key));

test('a job stands one column after the last of its needs', () => {
  const graph = layOutGraph([job('d', 'c', 'a'), job('a'), job('b', 'a'), job('c', 'b')]);
  assert.deepEqual(keys(graph), [['a'], ['b'], ['c'], ['d']]);
  assert.equal(graph.edges.length, 4);
});

test('rows are ordered so that lines do not cross', () => {
  const graph = layOutGraph([job('a'), job('b'), job('of b', 'b'), job('of a', 'a')]);
  const [first, second] = keys(graph);
  assert.equal(first.indexOf('a'), second.indexOf('of a'));
});

test('a need names every leg and every job of a call', () => {
  const graph = layOutGraph([job('test (1)'), job('test (2)'), job('call / x'), job('end', 'test', 'call')]);
  assert.deepEqual(graph.edges.map((edge) => edge.from).sort(), ['call / x', 'test (1)', 'test (2)']);
});

test('many legs are one node that shows the loudest', () => {
  const legs = [1, 2, 3, 4].map((leg) => ({ ...job(`test (${leg})`), state: leg === 3 ? 'failed' : 'succeeded' }));
  const graph = layOutGraph([...legs, job('end', 'test')]);
  assert.deepEqual(keys(graph), [['test'], ['end']]);
  assert.equal(loudest(graph.columns[0][0].jobs).key, 'test (3)');
});

test('needs that nobody has, and needs in a circle, end', () => {
  const graph = layOutGraph([job('a', 'b', 'nobody'), job('b', 'a')]);
  assert.equal(graph.columns.flat().length, 2);
  assert.deepEqual(layOutGraph([]).columns, []);
});
