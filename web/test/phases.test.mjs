// The stop-watch of a deployment.

import assert from 'node:assert/strict';
import test from 'node:test';
import { aboutEffect, phasesOf } from '../src/screens/deployment_phases.ts';

const at = (ms) => new Date(Date.UTC(2026, 10, 22) + ms).toISOString();
const lengths = (phases) => phases.map(({ job, name, from, to }) => [job, name, to - from]);

test('each phase lasts until the next one begins, and a job is named with its first', () => {
  const phases = phasesOf([
    { job: null, name: 'Plan', from: at(0), to: at(500) },
    { job: 'image', name: 'Start', from: at(500), to: at(600) },
    { job: 'image', name: 'Build', from: at(600), to: at(3_000) },
    { job: 'production', name: 'Preflight', from: at(3_000), to: null },
  ], Date.parse(at(4_000)));

  assert.deepEqual(lengths(phases), [
    ['', 'Plan', 500], ['image', 'Start', 100], ['', 'Build', 2_400], ['production', 'Preflight', 1_000]]);
  assert.deepEqual(phasesOf([], 0), []);
});

test('an effect is about its service and image, not about what the driver keeps with it', () => {
  assert.equal(aboutEffect('{"service":"web","image":"app@sha256:1","found":[{"Type":"forward"}]}'), 'web, app@sha256:1');
  assert.equal(aboutEffect('{"service":"arn:x","image":""}'), 'arn:x');
  assert.equal(aboutEffect('web'), 'web');
});
