'use strict';

// One file with everything in it, as a bundler makes it.
const fs = require('node:fs');

const locales = ['de', 'en'].map((name) => `${name}: ${fs.readFileSync(`packages/format/${name}.locale.json`, 'utf8').trim()}`);
const format = fs.readFileSync('packages/format/index.js', 'utf8').replace(/const locales = .*/, `const locales = { ${locales.join(', ')} };`);
const { version } = require('../package.json');

fs.mkdirSync('dist', { recursive: true });
fs.writeFileSync('dist/bundle.js', `${format}\nconsole.log('v${version} ' + format(Number(process.argv[2])));\n`);
fs.writeFileSync('dist/bundle.js.map', '{}\n');
