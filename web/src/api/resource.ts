// One thing of the API, kept fresh: fetched when a screen opens, again when its topic says so.

import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { getJson, isAbort } from './client';
import { live } from './live';

// Several changes in one go (a job ends, the next ones start) are one fetch.
const QUIET = 120;

export interface Resource<T> {
  data: Signal<T | undefined>;
  error: Signal<unknown>;
  reload: () => void;
}

/** Calls `run` at once, and again `QUIET` ms after changes, never twice at a time. */
export class Refresher {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;
  private again = false;
  private ended = false;

  constructor(private readonly run: () => Promise<void>) {}

  now(): void {
    if (this.ended) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    void this.run().finally(() => {
      this.busy = false;
      if (this.again) this.soon();
      this.again = false;
    });
  }

  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), QUIET);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }
}

export function useResource<T>(path: string | null, topic: string | null = null): Resource<T> {
  const data = useSignal<T | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const refresher = useRef<Refresher>();

  useEffect(() => {
    data.value = undefined;
    error.value = undefined;
    if (path === null) return undefined;
    const abort = new AbortController();
    const load = async () => {
      try {
        data.value = await getJson<T>(path, abort.signal);
        error.value = undefined;
      } catch (failure) {
        if (!isAbort(failure)) error.value = failure;
      }
    };
    const current = new Refresher(load);
    refresher.current = current;
    const unsubscribe = topic ? live.subscribe(topic, () => current.soon()) : undefined;
    current.now();
    return () => {
      unsubscribe?.();
      current.end();
      abort.abort();
    };
  }, [path, topic]);

  return { data, error, reload: () => refresher.current?.now() };
}
