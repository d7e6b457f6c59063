// The editor for pipelines, with CodeMirror: a file of its own, for nobody else has to carry it.

import '../main'; // see rest.ts

export { PipelineScreen } from '../editor/pipeline';
