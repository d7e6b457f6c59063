// Charts: a repository's figures over time, a run's graph and timeline; few pages need them, so they are a file with a budget of its own.

import '../main'; // see rest.ts

export { InsightsScreen } from '../screens/insights';
export { GraphTab } from '../screens/run_graph';
export { TimelineTab } from '../screens/run_timeline';
