'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { format, locales } = require('@amounts/format');
const { main } = require('../src');

const locale = process.env.APP_LOCALE || 'en';
const { group, decimal } = locales[locale];

test('groups of three digits', () => {
  assert.strictEqual(format(1234567.891, locale), `1${group}234${group}567${decimal}89`);
});

test('small and negative numbers', () => {
  assert.strictEqual(format(0.5, locale), `0${decimal}50`);
  assert.strictEqual(format(-1234, locale), `-1${group}234${decimal}00`);
});

test('the command says its version', () => {
  assert.match(main(['7']), /^v\d+\.\d+\.\d+ 7\.00$/);
});
