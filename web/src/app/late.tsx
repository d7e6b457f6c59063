// A screen that few people open is a file of its own, fetched when it is first wanted.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../parts/icon';
import { Loading } from '../parts/notice';

type Component<Props> = (props: Props) => ComponentChildren;

/** A component that stands for the one that `load` brings. */
export function late<Props extends object>(load: () => Promise<Component<Props>>): Component<Props> {
  const arrived = signal<{ Part: Component<Props> } | null>(null);
  const failed = signal(false);
  const fetchPart = () => {
    load().then((Part) => (arrived.value = { Part }), () => (failed.value = true));
  };
  return function Late(props: Props) {
    useEffect(() => {
      if (!arrived.value) fetchPart();
    }, []);
    if (arrived.value) {
      const { Part } = arrived.value;
      return <Part {...props} />;
    }
    return failed.value ? <Missing /> : <Loading />;
  };
}

type Rest = typeof import('./rest');

/** One of the screens that few people open. */
export function fromRest<Name extends keyof Rest>(name: Name): Rest[Name] {
  return late(async () => (await import('./rest'))[name] as Component<object>) as Rest[Name];
}

/** A browser keeps a failed import; and after an update of the server the old file is gone for good. */
function Missing() {
  return (
    <div class="failure-note" role="alert">
      <Icon name="warning" />
      <span>This part of the page could not be loaded. The server may have been updated, or cannot be reached.</span>
      <button type="button" class="quiet" onClick={() => location.reload()}>Reload</button>
    </div>
  );
}
