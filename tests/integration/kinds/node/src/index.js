'use strict';

const { format } = require('@amounts/format');
const { version } = require('../package.json');

function main(words) {
  return `v${version} ${format(Number(words[0]))}`;
}

module.exports = { main };
