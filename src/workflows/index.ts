export { approval } from './approval/workflow.ts';
export { post } from './post/workflow.ts';
