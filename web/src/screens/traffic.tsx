// How traffic is shared between the target groups of a listener: before a deployment, and after it.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Deployment } from '../api/types';
import { readWeights } from './traffic_words';
import type { Weight } from './traffic_words';

export function Traffic({ deployment }: { deployment: Deployment }) {
  const { object, previous } = deployment.target_ids ?? {};
  const now = readWeights(object);
  const before = readWeights(previous);
  if (!now) return null;
  return (
    <>
      <h2>Traffic</h2>
      <dl class="traffic">
        {before && <div><dt>Before</dt><dd><Bar weights={before} /></dd></div>}
        <div><dt>{before ? 'After' : 'Shares'}</dt><dd><Bar weights={now} /></dd></div>
      </dl>
    </>
  );
}

/** The words beside it say the same. */
function Bar({ weights }: { weights: Weight[] }) {
  return (
    <>
      <span class="shares" aria-hidden="true">{weights.map((weight, at) => <Share key={weight.name} share={weight.share} at={at} />)}</span>
      <span>{weights.map((weight) => <span key={weight.name}><bdi>{weight.name}</bdi> {Math.round(weight.share * 100)} %</span>)}</span>
    </>
  );
}

function Share({ share, at }: { share: number; at: number }) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (element.current) element.current.style.width = `${share * 100}%`;
  }, [share]);
  return <i ref={element} class={`share-${at % 2}`} />;
}
