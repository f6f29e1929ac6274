export { approval } from './approval/workflow.ts';
export { campaign } from './campaign/workflow.ts';
export { connection } from './connection/workflow.ts';
export { contactImport } from './contact-import/workflow.ts';
export { post } from './post/workflow.ts';
export { slice } from './slice/workflow.ts';
