// A repository over time: figures and charts that few pages need, as one file with a budget of its own.

import '../main'; // see rest.ts

export { InsightsScreen } from '../screens/insights';
