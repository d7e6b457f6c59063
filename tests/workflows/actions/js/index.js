const fs = require('fs');
const who = process.env.INPUT_WHO;
if (process.env['INPUT_TWO WORDS'] !== undefined) { console.log('blank kept'); }
if (process.env['INPUT_TWO_WORDS'] !== 'x') { console.log('::error::no TWO_WORDS'); process.exit(1); }
fs.appendFileSync(process.env.GITHUB_OUTPUT, `time<<ghadelimiter_1\nhello ${who}\nghadelimiter_1\n`);
fs.appendFileSync(process.env.GITHUB_STATE, 'me=post-state\n');
console.log('::debug::quiet'); console.log('::notice file=a.js,line=1,title=T::note'); console.log('::group::g'); console.log('::endgroup::');
console.log('::add-mask::hidden-thing'); console.log('hidden-thing');
