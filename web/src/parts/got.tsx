// What a screen fetches, or what stands in its place.

import type { ComponentChildren } from 'preact';
import { useResource } from '../api/resource';
import { Failure, Loading } from './notice';

/** The thing; where it is not there yet, or cannot be had, what to show instead; and a way to ask again. */
export function useGot<T>(path: string, topic: string | null = null): [T | undefined, ComponentChildren, () => void] {
  const { data, error, reload } = useResource<T>(path, topic);
  return [data.value, error.value ? <Failure error={error.value} retry={reload} /> : <Loading />, reload];
}
