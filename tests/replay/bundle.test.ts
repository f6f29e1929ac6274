import { expect, test } from 'vitest';
import { workflowBundle } from '../support/workflow-environment.ts';

/** Workflow code as the worker loads it, source map left out: the SDK alone is about 1.5 MB. */
const maxBytes = 2_000_000;

test('the workflow bundle stays small', async () => {
  const { code } = await workflowBundle();
  const withoutMap = code.replace(/\/\/# sourceMappingURL=.*$/ms, '');
  expect(Buffer.byteLength(withoutMap)).toBeLessThan(maxBytes);
});

test.each([
  'zod',
  'pg',
  'kysely',
  'undici',
  'express',
  'sharp',
  'temporal-polyfill',
  'date-holidays',
  'libphonenumber-js',
])('%s is not in it', async (name) => {
  const { code } = await workflowBundle();
  expect(code).not.toContain(`/node_modules/${name}/`);
});
