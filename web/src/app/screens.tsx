// Every address of the page on one screen.

import type { ComponentChildren } from 'preact';
import { signedOut } from '../api/client';
import { Empty } from '../parts/notice';
import { DeliveriesScreen } from '../screens/deliveries';
import { DeploymentsScreen } from '../screens/deployments';
import { EnvironmentsScreen } from '../screens/environments';
import { PipelinesScreen } from '../screens/pipelines';
import { RepositoriesScreen } from '../screens/repositories';
import { RunScreen } from '../screens/run';
import { RunsScreen } from '../screens/runs';
import { SetupScreen, SignedOutScreen } from '../screens/setup';
import { fromRest, late } from './late';
import { matchPath, place } from './router';
import type { Params } from './router';
import { useTitle } from './title';

type Screen = (props: { params: Params }) => ComponentChildren;

const AccountScreen = fromRest('AccountScreen');
const AuditScreen = fromRest('AuditScreen');
const ApprovalScreen = fromRest('ApprovalScreen');
const ApprovalsScreen = fromRest('ApprovalsScreen');
const ConnectScreen = fromRest('ConnectScreen');
const DeploymentScreen = fromRest('DeploymentScreen');
const DeliveryScreen = fromRest('DeliveryScreen');
const EnvironmentScreen = fromRest('EnvironmentScreen');
const EnvironmentRulesScreen = fromRest('EnvironmentRulesScreen');
const FirstWorkflowScreen = late(async () => (await import('./starting')).FirstWorkflowScreen);
const GitHubAppScreen = fromRest('GitHubAppScreen');
const GitHubReturnScreen = fromRest('GitHubReturnScreen');
const InsightsScreen = late(async () => (await import('./trends')).InsightsScreen);
const KeysScreen = fromRest('KeysScreen');
const MessagesScreen = fromRest('MessagesScreen');
const NewPipelineScreen = late(async () => (await import('./starting')).NewPipelineScreen);
const PeopleScreen = fromRest('PeopleScreen');
const PipelineScreen = late(async () => (await import('./editing')).PipelineScreen);
const QueueScreen = fromRest('QueueScreen');
const RulesScreen = fromRest('RulesScreen');
const StartRunScreen = fromRest('StartRunScreen');
const StorageScreen = fromRest('StorageScreen');
const WallScreen = fromRest('WallScreen');

const SCREENS: [string, Screen][] = [
  ['/', RunsScreen],
  ['/runs', RunsScreen],
  ['/runs/:run', RunScreen],
  ['/runs/:run/:tab', RunScreen],
  ['/runs/:run/jobs/:job', RunScreen],
  ['/runs/:run/jobs/:job/steps/:step', RunScreen],
  ['/wall', WallScreen],
  ['/queue', QueueScreen],
  ['/deliveries', DeliveriesScreen],
  ['/deliveries/:guid', DeliveryScreen],
  ['/approvals', ApprovalsScreen],
  ['/approvals/:id', ApprovalScreen],
  ['/deployments', DeploymentsScreen],
  ['/deployments/:id', DeploymentScreen],
  ['/environments', EnvironmentsScreen],
  ['/environments/:owner/:name/:environment', EnvironmentScreen],
  ['/pipelines', PipelinesScreen],
  ['/pipelines/:name', PipelineScreen],
  ['/new-pipeline', NewPipelineScreen],
  ['/repositories', RepositoriesScreen],
  ['/repositories/:owner/:name', InsightsScreen],
  ['/repositories/:owner/:name/first-workflow', FirstWorkflowScreen],
  ['/repositories/:owner/:name/rules', RulesScreen],
  ['/repositories/:owner/:name/rules/:environment', EnvironmentRulesScreen],
  ['/keys', KeysScreen],
  ['/people', PeopleScreen],
  ['/account', AccountScreen],
  ['/audit', AuditScreen],
  ['/messages', MessagesScreen],
  ['/storage', StorageScreen],
  ['/connect', ConnectScreen],
  ['/connect/github', GitHubAppScreen],
  ['/start-run', StartRunScreen],
  ['/setup', SetupScreen],
  ['/sign-in/github', GitHubReturnScreen],
];

export function CurrentScreen() {
  const path = place.value.path;
  if (signedOut.value && path !== '/setup' && path !== '/sign-in/github') return <SignedOutScreen />;
  for (const [pattern, Screen] of SCREENS) {
    const params = matchPath(pattern, path);
    if (params) return <Screen params={params} />;
  }
  return <NotFound />;
}

function NotFound() {
  useTitle('Not found');
  return (
    <><h1 class="hidden">Not found</h1><Empty icon="question" title="There is nothing at this address">
      <p><a href="/">All runs</a></p>
    </Empty></>
  );
}
