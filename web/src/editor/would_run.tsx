// What the text would have done with the last real deliveries of the repositories it is bound to.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getJson, isAbort, messageOf, send, withQuery } from '../api/client';
import type { Delivery, List, Pipeline, Preview } from '../api/types';
import { path } from '../app/router';
import { Icon } from '../parts/icon';
import { Failure, Loading } from '../parts/notice';
import { Reasons } from '../parts/reasons';
import { When } from '../parts/when';
import { eventName } from '../screens/deliveries';
import type { Draft } from './draft';

const DELIVERIES = 5;
const PAUSE = 600;

/** The last deliveries that were planned, the newest first, of all that `repositories` had. */
async function listDeliveries(repositories: string[], abort: AbortSignal): Promise<Delivery[]> {
  const lists = await Promise.all(repositories.map((repository) =>
    getJson<List<Delivery>>(withQuery('/deliveries', { repository, limit: 20 }), abort)));
  const planned = lists.flatMap((list) => list.items).filter((each) => each.outcome === 'started' || each.outcome === 'ignored');
  return planned.sort((one, other) => other.received_at.localeCompare(one.received_at)).slice(0, DELIVERIES);
}

interface Answer {
  delivery: Delivery;
  preview?: Preview;
  error?: unknown;
}

/** Asks for one after the other: the server plans each as if it had just come. */
async function previewAll(deliveries: Delivery[], draft: Draft, abort: AbortSignal, show: (answers: Answer[]) => void): Promise<void> {
  const answers: Answer[] = deliveries.map((delivery) => ({ delivery }));
  const body = { path: `pipeline:${draft.name}`, text: draft.text.peek() };
  for (const answer of answers) {
    try {
      answer.preview = await send<Preview>('POST', '/pipelines/preview', { ...body, delivery: answer.delivery.guid }, abort);
    } catch (error) {
      if (isAbort(error)) return;
      answer.error = error;
    }
    show([...answers]);
  }
}

export interface Answers {
  /** Null: not known yet. */
  list: Answer[] | null;
  error: unknown;
}

/** Asked again when typing rests, while `wanted`. */
export function usePreviews(draft: Draft, pipeline: Pipeline, wanted: boolean): Answers {
  const answers = useSignal<Answer[] | null>(null);
  const error = useSignal<unknown>(null);
  const repositories = (pipeline.repositories ?? []).join(' ');
  useEffect(() => {
    if (!wanted) return undefined;
    const abort = new AbortController();
    const run = async () => {
      try {
        const deliveries = await listDeliveries(repositories ? repositories.split(' ') : [], abort.signal);
        if (deliveries.length === 0) answers.value = [];
        error.value = null;
        await previewAll(deliveries, draft, abort.signal, (now) => (answers.value = now));
      } catch (failure) {
        if (!isAbort(failure)) error.value = failure;
      }
    };
    const timer = setTimeout(() => void run(), answers.peek() ? PAUSE : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [draft.text.value, repositories, wanted]);
  return { list: answers.value, error: error.value };
}

export function WouldRun({ pipeline, answers }: { pipeline: Pipeline; answers: Answers }) {
  if (answers.error) return <Failure error={answers.error} />;
  if ((pipeline.repositories ?? []).length === 0) {
    return <p class="quiet-text">Bound to no repository, it starts nothing. Tick one under “Bound to”, and its last pushes are tried here.</p>;
  }
  if (!answers.list) return <Loading />;
  if (answers.list.length === 0) return <p class="quiet-text">Nothing was delivered from its repositories yet.</p>;
  return (
    <>
      <p class="quiet-text">What this text would do with the last deliveries. Nothing is started.</p>
      <ul class="would">{answers.list.map((answer) => <li key={answer.delivery.guid}><One answer={answer} own={`pipeline:${pipeline.name}`} /></li>)}</ul>
    </>
  );
}

const CHANGES = { added: { sign: '+', word: 'new' }, removed: { sign: '−', word: 'gone' }, same: { sign: '=', word: 'as it was' } };

function One({ answer, own }: { answer: Answer; own: string }) {
  const { delivery, preview, error } = answer;
  const starts = preview?.would_start.some((run) => run.path === own);
  return (
    <>
      <p class="would-head">
        {preview && <span class={starts ? 'tone-good' : 'tone-calm'}><Icon name={starts ? 'check' : 'dash'} /></span>}
        <a href={path`/deliveries/${delivery.guid}`}>{eventName(delivery)}</a>
        <span class="quiet-text"><bdi>{delivery.facts?.branch ?? delivery.facts?.tag ?? ''}</bdi> <bdi>{delivery.repository}</bdi> <When at={delivery.received_at} /></span>
      </p>
      {error !== undefined && <p class="bad-text">{messageOf(error)}</p>}
      {preview && preview.difference.length > 0 && (
        <ul class="would-jobs">
          {preview.difference.map(({ job, change }) => (
            <li key={job} class={change}><i aria-hidden="true">{CHANGES[change].sign}</i><bdi>{job}</bdi> <span class="quiet-text">{CHANGES[change].word}</span></li>
          ))}
        </ul>
      )}
      {preview && !starts && <details><summary>Would not start: why</summary><Reasons reason={preview.reasons} /></details>}
    </>
  );
}
