import { effect } from '@preact/signals';
import { render } from 'preact';
import { signedOut } from './api/client';
import { live } from './api/live';
import { startKeys } from './app/keys';
import { startRouter } from './app/router';
import { CurrentScreen } from './app/screens';
import { Shell } from './app/shell';
import { applyTheme } from './app/theme';
import { startClock } from './parts/when';

applyTheme();
startRouter();
startKeys();
startClock();
// Signed in elsewhere, in another tab say: the socket notices first.
effect(() => {
  if (live.connection.value === 'live') signedOut.value = false;
});
if (location.pathname !== '/setup') live.start();
render(<Shell><CurrentScreen /></Shell>, document.getElementById('app') as HTMLElement);
