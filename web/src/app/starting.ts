// The ways to a first workflow and to a new pipeline, which lead to the editor: as one file.

import '../main'; // see rest.ts

export { FirstWorkflowScreen } from '../screens/first_workflow';
export { NewPipelineScreen } from '../screens/new_pipeline';
