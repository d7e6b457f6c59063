import assert from 'node:assert/strict';
import test from 'node:test';
import { placeToReturn } from '../src/screens/github_way.ts';

test('one comes back to where one was, on this server alone', () => {
  assert.equal(placeToReturn('/runs?state=failed'), '/runs?state=failed');
  for (const place of [null, '', '//evil.example/', '/\\evil.example', 'https://evil.example/', '/sign-in/github?code=1']) {
    assert.equal(placeToReturn(place), '/', String(place));
  }
});
