// What a repository looks like over time, as one file: charts are no part of the everyday page's budget.

// See rest.ts.
import '../main';

export { InsightsScreen } from '../screens/insights';
