// Builds the dashboard: src/ -> dist/ (hashed names, index.html, gzip copies) and, with --pack, the
// one archive that the daemon embeds. The same sources and packages give the same bytes.
//
//   node build.mjs [--out DIR] [--pack FILE]

import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { minify } from 'terser';
import { packFolder } from './pack.mjs';

const root = dirname(fileURLToPath(import.meta.url));
// What a first view and what all of the page may weigh, in bytes after gzip. More is a failed build.
const BUDGET = {
  'first view, js': 45 * 1024,
  'first view, css': 12 * 1024,
  'first view, all files': 80 * 1024,
  'everything but editor and trends, js': 70 * 1024,
  'the trends, js': 8 * 1024,
  'the editor, js': 145 * 1024,
};
// What a file of the bundle belongs to: the first of these that loads it.
const PARTS = [
  ['src/main.tsx', 'everything but editor and trends, js'],
  ['src/app/rest.ts', 'everything but editor and trends, js'],
  ['src/app/trends.ts', 'the trends, js'],
  ['src/app/editing.ts', 'the editor, js'],
  ['src/app/starting.ts', 'the editor, js'],
];

function readOption(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

async function bundle(out) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.tsx', 'src/style/main.css'],
    outdir: join(out, 'assets'),
    outbase: 'src',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    // Calls of h are smaller than those of the runtime that tsconfig.json names for the types.
    tsconfigRaw: { compilerOptions: { target: 'es2022', jsx: 'react', jsxFactory: 'h', jsxFragmentFactory: 'Fragment' } },
    inject: ['src/app/jsx.ts'],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  for (const path of Object.keys(result.metafile.outputs)) if (path.endsWith('.js')) await tighten(join(root, path));
  return result.metafile.outputs;
}

/** Four of a hundred bytes after gzip, which esbuild leaves. */
async function tighten(path) {
  const { code } = await minify(readFileSync(path, 'utf8'), { module: true, ecma: 2020, compress: { passes: 3 } });
  writeFileSync(path, code);
}

function findOutput(outputs, entry) {
  return Object.keys(outputs).find((name) => outputs[name].entryPoint === entry);
}

function baseOf(path) {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The files that `path` cannot do without, itself first. */
function listLoaded(outputs, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const each of outputs[path].imports) if (each.kind === 'import-statement') listLoaded(outputs, each.path, found);
  return found;
}

/** The page's script: all that src/main.tsx imports. What stands at its own name only imports that. */
function nameOfScript(outputs) {
  const [, ...scripts] = listLoaded(outputs, findOutput(outputs, 'src/main.tsx'));
  if (scripts.length !== 1) throw new Error(`the first view would load ${scripts.length} scripts; see src/app/rest.ts`);
  return baseOf(scripts[0]);
}

/** Whose budget each script counts to. */
function sortIntoParts(outputs) {
  const parts = new Map();
  for (const [entry, part] of PARTS) {
    for (const path of listLoaded(outputs, findOutput(outputs, entry))) if (!parts.has(baseOf(path))) parts.set(baseOf(path), part);
  }
  return parts;
}

// What stands in the icon's corner, by state: colour and shape.
const MARKS = {
  icon: '',
  icon_good: '<circle cx="22" cy="22" r="9.5" fill="#15803d"/><path d="m17.5 22 3.2 3.2 6-6.4"/>',
  icon_bad: '<path fill="#b91c1c" stroke-width="1" d="M12.5 12.5h19v19h-19z"/><path d="m18 18 8 8m0-8-8 8"/>',
  icon_busy: '<circle cx="22" cy="22" r="8" fill="#1d4ed8"/>',
  icon_wait: '<path fill="#a16207" stroke-width="1.5" d="m22 10.5 11 11.5-11 11.5L11 22z"/><path d="M20 18.5v7m4-7v7"/>',
};

function writeIcon(out, name) {
  const plain = readFileSync(join(root, 'src/icon.svg'), 'utf8');
  const mark = MARKS[name] && `<g stroke="#fff" stroke-width="2.5" fill="none">${MARKS[name]}</g>`;
  const icon = plain.replace('</svg>', `${mark}</svg>`);
  const hash = createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase();
  const file = `${name.replace('_', '-')}-${hash}.svg`;
  writeFileSync(join(out, 'assets', file), icon);
  return file;
}

function writeShell(out, names) {
  const template = readFileSync(join(root, 'src/index.html'), 'utf8');
  const shell = template.replace(/\{\{(\w+)\}\}/g, (_, key) => `/assets/${names[key]}`);
  writeFileSync(join(out, 'index.html'), shell);
}

/** Packages whose code is in the bundle: their licences travel with it. */
function listShipped(outputs) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  const names = inputs.map(([path]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

function writeLicences(out, shipped) {
  const texts = shipped.map((name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`);
  writeFileSync(join(out, 'licenses.txt'), texts.join('\n----\n\n'));
}

function listFiles(folder, prefix = '') {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => entry.isDirectory()
      ? listFiles(join(folder, entry.name), `${prefix}${entry.name}/`)
      : [`${prefix}${entry.name}`]);
}

/** A .gz beside every file that gets smaller by it; answers the sizes that are budgeted. */
function compress(out, script, parts) {
  const sizes = Object.fromEntries(Object.keys(BUDGET).map((what) => [what, 0]));
  for (const name of listFiles(out)) {
    const bytes = readFileSync(join(out, name));
    const packed = gzipSync(bytes, { level: 9 });
    packed[9] = 255; // "operating system: unknown", so that the machine leaves no mark
    if (packed.length < bytes.length) writeFileSync(join(out, `${name}.gz`), packed);
    if (name.endsWith('.css')) sizes['first view, css'] += packed.length;
    if (name.endsWith('.js')) sizes[parts.get(baseOf(name))] += packed.length;
    if (baseOf(name) === script) sizes['first view, js'] += packed.length;
    if (baseOf(name) === script || /^(index\.html|assets\/(main|icon)-[^-]+\.(css|svg))$/.test(name)) sizes['first view, all files'] += packed.length;
  }
  return sizes;
}

function checkBudget(sizes) {
  for (const what of Object.keys(BUDGET)) {
    console.log(`${what}: ${(sizes[what] / 1024).toFixed(1)} of ${BUDGET[what] / 1024} KiB gzip`);
    if (sizes[what] > BUDGET[what]) throw new Error(`${what}: over its budget`);
  }
}

const out = resolve(readOption('--out') ?? join(root, 'dist'));
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'assets'), { recursive: true });
const outputs = await bundle(out);
const names = {
  script: nameOfScript(outputs),
  style: baseOf(findOutput(outputs, 'src/style/main.css')),
  ...Object.fromEntries(Object.keys(MARKS).map((name) => [name, writeIcon(out, name)])),
};
writeShell(out, names);
writeLicences(out, listShipped(outputs));
rmSync(join(out, 'assets', baseOf(findOutput(outputs, 'src/main.tsx'))));
checkBudget(compress(out, names.script, sortIntoParts(outputs)));
const pack = readOption('--pack');
if (pack) writeFileSync(resolve(pack), packFolder(out, listFiles(out)));
