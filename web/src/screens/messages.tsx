// Who is told of runs, a sample for them, and what could not be sent. For admins.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { Channel, List, Message } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { attempt, Failure, Loading } from '../parts/notice';
import { When } from '../parts/when';

export function MessagesScreen() {
  useTitle('Messages');
  return (
    <section class="screen page keys">
      <header class="screen-head"><h1>Messages</h1></header>
      <Channels />
      <OnTheirWay />
      <DeadLetters />
    </section>
  );
}

function Channels() {
  const { data, error, reload } = useResource<List<Channel>>('/channels');
  const items = data.value?.items;
  return (
    <section class="box" aria-labelledby="channels">
      <h2 id="channels">Channels</h2>
      <p class="quiet-text">Mail, Telegram, Slack, Datadog and webhooks that hear of runs; they stand under <code>notify.channels</code> of the server's configuration.</p>
      {error.value ? <Failure error={error.value} retry={reload} /> : !items ? <Loading /> : items.length === 0 ? <p>No channel yet.</p> : (
        <ul class="key-rows">{items.map((channel) => <ChannelRow key={channel.name} channel={channel} />)}</ul>
      )}
    </section>
  );
}

function ChannelRow({ channel }: { channel: Channel }) {
  const busy = useSignal(false);
  const test = async () => {
    busy.value = true;
    await attempt(() => send('POST', path`/channels/${channel.name}/test`), `${channel.name} took the test message.`);
    busy.value = false;
  };
  return (
    <li>
      <code>{channel.name}</code>
      <span>{channel.type}</span>
      <span class="quiet-text">{channel.on.join(', ').replace('_', ' ')}</span>
      <span class="quiet-text"><bdi>{channel.repositories.join(', ') || 'every repository'}</bdi></span>
      {channel.pending > 0 && <span>{channel.pending} waiting</span>}
      {channel.dead > 0 && <span class="bad-text">{channel.dead} given up</span>}
      <span class="grow" />
      <button type="button" class="quiet" disabled={busy.value} aria-label={`Send a test to ${channel.name}`} onClick={() => void test()}>Send a test</button>
    </li>
  );
}

/** Only where there are any: most are gone within a second. */
function OnTheirWay() {
  const { data } = useResource<List<Message>>('/messages?state=pending');
  const items = data.value?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section class="box" aria-labelledby="pending">
      <h2 id="pending">On their way</h2>
      <p class="quiet-text">They are tried again by themselves, ever later.</p>
      <ul class="key-rows">
        {items.map((message) => (
          <li key={message.id}>
            <code>{message.channel.replace('notify:', '')}</code>
            <span class="quiet-text"><bdi>{message.repository}</bdi> <When at={message.created_at} /></span>
            {message.error && <span class="bad-text"><bdi>{message.error}</bdi></span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function DeadLetters() {
  const { data, error, reload } = useResource<List<Message>>('/messages?state=dead');
  const items = data.value?.items;
  return (
    <section class="box" aria-labelledby="dead-letters">
      <h2 id="dead-letters">Given up</h2>
      <p class="quiet-text">What nobody took, newest first: statuses, comments and messages of channels.</p>
      {error.value ? <Failure error={error.value} retry={reload} /> : !items ? <Loading /> : items.length === 0 ? <p>Nothing was given up.</p> : (
        <ul class="key-rows">{items.map((message) => <DeadLetter key={message.id} message={message} reload={reload} />)}</ul>
      )}
    </section>
  );
}

function DeadLetter({ message, reload }: { message: Message; reload: () => void }) {
  const again = async () => {
    if (await attempt(() => send('POST', path`/messages/${message.id}/redeliver`), 'It is sent again.')) reload();
  };
  return (
    <li>
      <code>{message.channel.replace('notify:', '')}</code>
      <span class="quiet-text"><bdi>{message.repository}</bdi> <When at={message.created_at} /></span>
      <span class="bad-text"><bdi>{message.error}</bdi></span>
      <span class="grow" />
      <button type="button" class="quiet" onClick={() => void again()}>Send again<span class="hidden">, message {message.id}</span></button>
    </li>
  );
}
