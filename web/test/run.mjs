// Compiles test/*.test.mjs with the sources they import and runs them with Node's own runner.

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here).filter((name) => name.endsWith('.test.mjs')).sort();
const out = mkdtempSync(join(tmpdir(), 'triphammer-web-test-'));
try {
  await build({
    entryPoints: names.map((name) => join(here, name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { TEST_FOLDER: JSON.stringify(here) },
    logLevel: 'warning',
  });
  const result = spawnSync(process.execPath, ['--test', ...names.map((name) => join(out, name))], { stdio: 'inherit' });
  process.exitCode = result.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
