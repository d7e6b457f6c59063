// The archive that server/api/assets.cpp reads. Text first, bytes after it:
//
//   triphammer-assets 1\n
//   PATH \t CONTENT-TYPE \t SHA256 \t IMMUTABLE(0|1) \t OFFSET \t SIZE \t GZIP-OFFSET \t GZIP-SIZE \n   (a line a file)
//   \n
//   the bytes; offsets count from here, a file without a gzip copy has 0 and 0

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

function typeOf(name) {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  if (!type) throw new Error(`no content type for ${name}`);
  return type;
}

/** `names`: every file below `folder`, with its .gz copies. */
export function packFolder(folder, names) {
  const bodies = [];
  let length = 0;
  const place = (name) => {
    const bytes = readFileSync(join(folder, name));
    const at = length;
    bodies.push(bytes);
    length += bytes.length;
    return { at, bytes };
  };
  const lines = names.filter((name) => !name.endsWith('.gz')).map((name) => {
    const { at, bytes } = place(name);
    const packed = names.includes(`${name}.gz`) ? place(`${name}.gz`) : { at: 0, bytes: Buffer.alloc(0) };
    const hash = createHash('sha256').update(bytes).digest('hex');
    const immutable = name.startsWith('assets/') ? 1 : 0;
    return [`/${name}`, typeOf(name), hash, immutable, at, bytes.length, packed.at, packed.bytes.length].join('\t');
  });
  return Buffer.concat([Buffer.from(`triphammer-assets 1\n${lines.join('\n')}\n\n`), ...bodies]);
}
