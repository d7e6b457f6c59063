// A stand-in for the daemon, for browser tests only: serves the built dashboard under the product's own
// security policy and answers /api/v1 (web/README.md) from the world of world.mjs.
//
//   node server.mjs DIST-FOLDER        prints "listening PORT"; ends with its standard input
//
// /control/… is the test's way in: change the world, read what the page did.

import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerApi } from './api.mjs';
import { Sockets } from './sockets.mjs';
import { World } from './world.mjs';

const dist = process.argv[2];
const here = dirname(fileURLToPath(import.meta.url));
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css', svg: 'image/svg+xml', txt: 'text/plain' };

/** The policy stands once, in the product; here only a report is added. */
function readPolicy() {
  const source = readFileSync(join(here, '../../../server/api/pages/assets.cpp'), 'utf8');
  const body = source.slice(source.indexOf('content_security_policy() {'));
  const literals = body.slice(0, body.indexOf(';\n}')).match(/"([^"]*)"/g);
  return `${literals.map((text) => text.slice(1, -1)).join('')}; report-uri /control/csp`;
}

const policy = readPolicy();
const world = new World();
const sockets = new Sockets(world);
const seen = { csp: [], requests: [] };

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function serveFile(path, response) {
  const wanted = normalize(path === '/' ? '/index.html' : path);
  const file = join(dist, wanted);
  const found = existsSync(file) && !file.endsWith('/') ? wanted : '/index.html';
  if (found !== wanted && wanted.startsWith('/assets/')) return response.writeHead(404).end();
  response.writeHead(200, {
    'Content-Type': TYPES[found.slice(found.lastIndexOf('.') + 1)],
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': found.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(readFileSync(join(dist, found)));
}

function serveBadge(response) {
  response.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-cache, max-age=0' });
  response.end('<svg xmlns="http://www.w3.org/2000/svg" width="98" height="20"><rect width="98" height="20" rx="4" fill="#1a7f37"/></svg>');
}

function control(path, body, response) {
  if (path === '/control/csp') seen.csp.push(body);
  const answers = {
    '/control/seen': () => ({ ...seen, sockets: sockets.count, subscriptions: sockets.subscriptions() }),
    '/control/forget': () => { seen.csp.length = seen.requests.length = 0; },
    '/control/append': () => world.appendLog(body.log, body.lines, body.done),
    '/control/run': () => world.changeRun(body.id, body.change),
    '/control/change-approval': () => Object.assign(world.approvals.find((each) => each.id === body.id), { subject: body.subject }),
    '/control/deployment': () => Object.assign(world.deployments.find((each) => each.id === body.id), body.change),
    '/control/new-run': () => world.addRun(body),
    '/control/new-delivery': () => world.addDelivery(body),
    '/control/save-pipeline': () => world.savePipeline(body.name, body.text, 'somebody'),
    '/control/delay': () => { world.delay = body; },
    '/control/use-secret': () => { world.keys.secrets[0].used_at = world.at(7_300); },
    '/control/bind': () => { world.pipelines.get(body.name).repositories = body.repositories; },
    '/control/actor': () => { world.actor = body.value; },
    '/control/signed-in': () => { world.signedIn = body.value; },
    '/control/chain': () => { world.chain = body.chain; },
    '/control/findings': () => { world.findings = body.findings; },
    '/control/empty': () => world.clear(),
    '/control/drop-sockets': () => sockets.drop(),
  };
  const result = answers[path]?.();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(result ?? {}));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const text = await readBody(request);
  seen.requests.push(`${request.method} ${request.url}`);
  const body = text.startsWith('{') ? JSON.parse(text) : text;
  if (url.pathname.startsWith('/control/')) return control(url.pathname, body, response);
  if (world.delay?.parts.some((part) => url.pathname.includes(part))) await new Promise((run) => setTimeout(run, world.delay.milliseconds));
  if (url.pathname.startsWith('/api/v1/')) return answerApi(world, { request, url, body }, response);
  if (url.pathname.startsWith('/badges/')) return serveBadge(response);
  return serveFile(url.pathname, response);
});
server.on('upgrade', (request, socket) => sockets.accept(request, socket));
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
process.stdin.on('end', () => process.exit(0)).resume();
