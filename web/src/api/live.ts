// The tab's one socket. Screens subscribe to topics; after a loss the last number brings what was missed.
//
//   offline ──open──▶ live ──close──▶ offline ──0.5…10 s──▶ connecting ──▶ …
//                     live ◀──a word──▶ behind (25 s of silence)

import { signal } from '@preact/signals';
import type { Hello, LiveEvent } from './types';

export type Connection = 'connecting' | 'live' | 'behind' | 'offline';
type Listener = (event: LiveEvent) => void;

const FIRST_DELAY = 500;
const LAST_DELAY = 10_000;
// The server speaks at least every 20 s: what is shown may be old after that, and twice that is a dead connection.
const LATE = 25_000;
const SILENCE = 45_000;

export class Live {
  readonly connection = signal<Connection>('connecting');
  readonly hello = signal<Hello | null>(null);

  private socket: WebSocket | undefined;
  private readonly listeners = new Map<string, Set<Listener>>();
  private last: number | undefined;
  private delay = FIRST_DELAY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private late: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private announced = '';
  private started = false;

  /** Once for the page; again after a sign-in. */
  start(): void {
    if (this.started) return this.retryNow();
    this.started = true;
    this.open();
    document.addEventListener('visibilitychange', () => this.announce());
    addEventListener('online', () => this.retryNow());
  }

  /** An answer carried everything up to `seq`: what came after it must still be delivered. */
  noteSeq(seq: number): void {
    if (this.last !== undefined && seq >= this.last) return;
    this.last = seq;
    this.announced = '';
    this.announce();
  }

  /** Answers the function that ends the subscription. */
  subscribe(topic: string, listener: Listener): () => void {
    const set = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, set.add(listener));
    this.announceSoon();
    return () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(topic);
      this.announceSoon();
    };
  }

  retryNow(): void {
    if (this.connection.value !== 'offline') return;
    clearTimeout(this.timer);
    this.open();
  }

  private open(): void {
    this.connection.value = 'connecting';
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/live`);
    this.socket = socket;
    socket.onmessage = (message) => this.receive(message.data as string);
    socket.onclose = () => this.lose();
  }

  private lose(): void {
    this.socket = undefined;
    this.announced = '';
    clearTimeout(this.late);
    clearTimeout(this.silence);
    this.connection.value = 'offline';
    this.timer = setTimeout(() => this.open(), this.delay * (0.75 + Math.random() / 2));
    this.delay = Math.min(this.delay * 2, LAST_DELAY);
  }

  private receive(text: string): void {
    this.expectMore();
    const event = JSON.parse(text) as LiveEvent;
    if (event.type === 'hello') return this.greet(event as Hello & LiveEvent);
    if (event.type === 'ping') return this.socket?.send('{"type":"pong"}');
    if (event.seq !== undefined) this.last = Math.max(this.last ?? 0, event.seq);
    if (event.type === 'resync') return this.tellAll(event);
    this.listeners.get(event.topic ?? '')?.forEach((listener) => listener(event));
  }

  private greet(hello: Hello): void {
    this.hello.value = hello;
    this.connection.value = 'live';
    this.delay = FIRST_DELAY;
    this.last ??= hello.seq;
    // A number from the future is another database's: forget ours and fetch all.
    if (this.last > hello.seq) {
      this.last = hello.seq;
      this.tellAll({ type: 'resync' });
    }
    this.announce();
  }

  private tellAll(event: LiveEvent): void {
    for (const set of this.listeners.values()) set.forEach((listener) => listener(event));
  }

  private expectMore(): void {
    if (this.connection.value === 'behind') this.connection.value = 'live';
    clearTimeout(this.late);
    clearTimeout(this.silence);
    this.late = setTimeout(() => (this.connection.value = 'behind'), LATE);
    this.silence = setTimeout(() => this.socket?.close(), SILENCE);
  }

  private announceSoon(): void {
    queueMicrotask(() => this.announce());
  }

  private topics(): string[] {
    const wanted = [...this.listeners.keys()].sort();
    return document.hidden ? wanted.filter((topic) => !topic.startsWith('log:')) : wanted;
  }

  private announce(): void {
    if (this.connection.value !== 'live' && this.connection.value !== 'behind') return;
    const sub = this.topics();
    const line = JSON.stringify(sub);
    if (line === this.announced) return;
    this.announced = line;
    this.socket?.send(JSON.stringify({ sub, last: this.last }));
  }
}

export const live = new Live();
