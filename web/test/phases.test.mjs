// The stop-watch of a deployment.

import assert from 'node:assert/strict';
import test from 'node:test';
import { aboutEffect, phasesOf } from '../src/screens/deployment_phases.ts';

const at = (ms) => new Date(Date.UTC(2026, 10, 22) + ms).toISOString();
const step = (name, ms) => ({ name, started_at: at(ms), finished_at: at(ms + 10) });
const lengths = (phases) => phases.map((phase) => [phase.name, phase.to - phase.from]);

test('each phase lasts until the next one begins, and all of them are the whole', () => {
  const deployment = { created_at: at(0), started_at: at(500), finished_at: at(4_000) };
  const phases = phasesOf(deployment, { steps: [step('Set up job', 600), step('Preflight', 700), step('Verify', 3_000)] }, 0);

  assert.deepEqual(lengths(phases), [
    ['Wait for its place', 500], ['Begin', 100], ['Set up job', 100], ['Preflight', 2_300], ['Verify', 1_000]]);
  assert.equal(phases.reduce((sum, phase) => sum + phase.to - phase.from, 0), 4_000);
});

test('what goes on lasts until now, and what has not begun has no phases', () => {
  const now = Date.parse(at(900));
  assert.deepEqual(lengths(phasesOf({ created_at: at(0), started_at: at(0) }, undefined, now)), [['Begin', 900]]);
  assert.deepEqual(phasesOf({ created_at: at(0) }, undefined, now), []);
});

test('a later attempt of the job is not a phase of this one', () => {
  const deployment = { created_at: at(0), started_at: at(0), finished_at: at(100) };
  assert.deepEqual(lengths(phasesOf(deployment, { steps: [step('Preflight', 5_000)] }, 0)), [['Begin', 100]]);
});

test('an effect is about its service and image, not about what the driver keeps with it', () => {
  assert.equal(aboutEffect('{"service":"web","image":"app@sha256:1","found":[{"Type":"forward"}]}'), 'web, app@sha256:1');
  assert.equal(aboutEffect('{"service":"arn:x","image":""}'), 'arn:x');
  assert.equal(aboutEffect('web'), 'web');
});
