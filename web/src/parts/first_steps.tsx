// The way from nothing to a first run, shown wherever there is nothing yet.

import { Code } from './notice';

export function FirstSteps() {
  return (
    <ol class="first-steps">
      <li>
        <strong>Tell Triphammer about a repository.</strong>
        <p>On this machine; it prints the hook's path and its secret, once.</p>
        <Code>triphammer repo add OWNER/NAME</Code>
      </li>
      <li>
        <strong>Point the repository's webhook here.</strong>
        <p>
          At GitHub: Settings → Webhooks → Add webhook. Payload URL: this address with the printed path,
          content type <code>application/json</code>, the printed secret, “Send me everything”.
        </p>
        <Code>{`${location.origin}/webhooks/github/…`}</Code>
      </li>
      <li>
        <strong>Put a workflow into <code>.triphammer/</code> and push.</strong>
        <p>Or keep it on the server: <a href="/new-pipeline">write a pipeline here</a> and bind it to the repository.</p>
      </li>
    </ol>
  );
}
