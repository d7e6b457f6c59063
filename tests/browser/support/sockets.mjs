// The live socket, by hand: RFC 6455 as far as the dashboard uses it (short text frames, close).

import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126
    ? Buffer.from([0x81, body.length])
    : Buffer.from([0x81, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}

/** Takes whole client frames off `buffer`; answers their texts and the rest. */
function readFrames(buffer) {
  const texts = [];
  for (;;) {
    if (buffer.length < 6) return { texts, rest: buffer };
    const short = buffer[1] & 127;
    const head = short === 126 ? 4 : 2;
    if (buffer.length < head + 4) return { texts, rest: buffer };
    const length = short === 126 ? buffer.readUInt16BE(2) : short;
    const end = head + 4 + length;
    if (buffer.length < end) return { texts, rest: buffer };
    const mask = buffer.subarray(head, head + 4);
    const body = Buffer.from(buffer.subarray(head + 4, end).map((byte, at) => byte ^ mask[at & 3]));
    if ((buffer[0] & 15) === 8) return { texts, rest: Buffer.alloc(0), closed: true };
    texts.push(body.toString('utf8'));
    buffer = buffer.subarray(end);
  }
}

export class Sockets {
  constructor(world) {
    this.world = world;
    this.clients = new Set();
    world.onEvent = (event) => this.tell(event);
  }

  get count() {
    return this.clients.size;
  }

  subscriptions() {
    return [...this.clients].map((client) => client.sub);
  }

  drop() {
    for (const client of this.clients) client.socket.destroy();
  }

  accept(request, socket) {
    if (!this.world.signedIn) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    const key = createHash('sha1').update(request.headers['sec-websocket-key'] + GUID).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
    const client = { socket, sub: [], rest: Buffer.alloc(0) };
    this.clients.add(client);
    socket.on('data', (part) => this.receive(client, part));
    socket.on('close', () => this.clients.delete(client));
    socket.on('error', () => this.clients.delete(client));
    this.send(client, { type: 'hello', seq: this.world.seq, actor: this.world.actor, role: 'admin', version: '0.1.0' });
    return undefined;
  }

  send(client, event) {
    client.socket.write(frame(JSON.stringify(event)));
  }

  receive(client, part) {
    const { texts, rest, closed } = readFrames(Buffer.concat([client.rest, part]));
    client.rest = rest;
    if (closed) client.socket.end();
    for (const text of texts) {
      const message = JSON.parse(text);
      if (message.sub) this.subscribe(client, message);
    }
  }

  subscribe(client, { sub, last }) {
    const added = sub.filter((topic) => !client.sub.includes(topic));
    client.sub = sub;
    for (const event of this.world.eventsAfter(last)) if (sub.includes(event.topic)) this.send(client, event);
    for (const topic of added.filter((each) => each.startsWith('log:'))) {
      const state = this.world.logState(topic.slice(4));
      if (state) this.send(client, { topic, ...state });
    }
    if (sub.includes('counts')) this.send(client, { topic: 'counts', counts: this.world.counts() });
  }

  tellCounts() {
    for (const client of this.clients) if (client.sub.includes('counts')) this.send(client, { topic: 'counts', counts: this.world.counts() });
  }

  tell(event) {
    this.tellCounts();
    for (const client of this.clients) if (client.sub.includes(event.topic)) this.send(client, event);
  }
}
