// The screens that few people open, as one file.

// Whatever both files need is then what the first view needs: it stays one request.
import '../main';

export { AccountScreen } from '../screens/account';
export { AuditScreen } from '../screens/audit';
export { ApprovalScreen } from '../screens/approval';
export { ApprovalsScreen } from '../screens/approvals';
export { ConnectScreen } from '../screens/connect';
export { DeploymentScreen } from '../screens/deployment';
export { DeliveryScreen } from '../screens/delivery';
export { EnvironmentScreen } from '../screens/environment';
export { GitHubAppScreen } from '../screens/github_app';
export { GitHubReturnScreen } from '../screens/github_return';
export { KeysScreen } from '../screens/keys';
export { MessagesScreen } from '../screens/messages';
export { PeopleScreen } from '../screens/people';
export { Palette } from './palette';
export { EnvironmentRulesScreen, RulesScreen } from '../screens/rules';
export { StartRunScreen } from '../screens/start_run';
export { QueueScreen } from '../screens/queue';
export { ArtifactsTab } from '../screens/run_artifacts';
export { ChangesTab } from '../screens/run_changes';
export { DeploysTab } from '../screens/run_deploys';
export { SummaryTab } from '../screens/run_summary';
export { TestsTab } from '../screens/run_tests';
export { StorageScreen } from '../screens/storage';
export { TerraformTab } from '../screens/run_terraform';
export { WallScreen } from '../screens/wall';
