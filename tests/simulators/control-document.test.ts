import { expect, test } from 'vitest';
import { z } from 'zod';
import { faultView, publishedView, requestView, tokenView } from '../../simulators/control/schemas.ts';
import { settingsSchema } from '../../simulators/kernel/settings.ts';
import { graphAs } from './support/graph.ts';

test('the document names every route of the control API', async () => {
  const { control, simulator } = await graphAs();
  const { body } = await control('/openapi.json');
  expect(body).toMatchObject({ openapi: '3.1.0', servers: [{ url: simulator.control }] });
  const operations = Object.entries(body['paths'] ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations.toSorted()).toEqual([
    'DELETE /faults',
    'DELETE /faults/{id}',
    'GET /faults',
    'GET /health',
    'GET /messaging/deliveries',
    'GET /messaging/losses',
    'GET /messaging/messages',
    'GET /messaging/settings',
    'GET /openapi.json',
    'GET /operations',
    'GET /published',
    'GET /requests',
    'GET /settings',
    'GET /tokens',
    'POST /faults',
    'POST /messaging/numbers/{id}/inbound',
    'POST /messaging/numbers/{id}/preferences',
    'POST /messaging/settings',
    'POST /people/{id}/revoke',
    'POST /release',
    'POST /reset',
    'POST /settings',
    'POST /templates',
    'POST /templates/{id}/category',
    'POST /templates/{id}/decide',
    'POST /templates/{id}/pacing',
    'POST /templates/{id}/quality',
    'POST /tokens/{id}/restore',
    'POST /tokens/{id}/revoke',
    'POST /tokens/{id}/withdraw',
    'POST /webhooks',
    'POST /webhooks/verify',
    'POST /whatsapp-accounts/{id}/events',
  ]);
});

test('what the control API answers is what its document says, no less and no more', async () => {
  const { control, post } = await graphAs();
  await control('/faults', { json: { match: {}, action: 'delay', delayMs: 0 } });
  await post({ message: 'Uno' });
  const answers = {
    '/faults': z.array(faultView.strict()).min(1),
    '/published': z.array(publishedView.strict()).min(1),
    '/requests': z.array(requestView.strict()).min(1),
    '/tokens': z.array(tokenView.strict()).min(1),
    '/settings': settingsSchema,
  };
  for (const [path, schema] of Object.entries(answers)) schema.parse((await control(path)).body);
});

test.each([
  ['an unknown action', { match: {}, action: 'explode' }, 'action'],
  ['a delay without its length', { match: {}, action: 'delay' }, 'delayMs'],
  ['a status without its number', { match: {}, action: 'status' }, 'status'],
  ['a misspelt match', { match: { metod: 'POST' }, action: 'hold' }, 'match'],
  ['never', { match: {}, action: 'hold', times: 0 }, 'times'],
])('a fault with %s is a 400 problem that names the field', async (_what, fault, path) => {
  const { control } = await graphAs();
  const { status, headers, body } = await control('/faults', { json: fault });
  expect(status).toBe(400);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(body['errors']).toContainEqual(expect.objectContaining({ path }));
});

test('what is no JSON is a 400 problem, what is not there a 404', async () => {
  const { control } = await graphAs();
  expect((await control('/faults', { bytes: Buffer.from('{') })).status).toBe(400);
  expect((await control('/requests?since=soon')).status).toBe(400);
  expect((await control('/tokens/nobody/revoke', { method: 'POST' })).status).toBe(404);
  expect((await control('/faults/nothing', { method: 'DELETE' })).status).toBe(404);
  expect((await control('/nowhere')).status).toBe(404);
});

test('neither log nor token list tells a token', async () => {
  const { control, call, page } = await graphAs();
  await call(page, { query: { access_token: 'EAAB-dev-page-101000000000001', fields: 'id' } });
  const told = JSON.stringify([(await control('/requests')).body, (await control('/tokens')).body]);
  expect(told).not.toContain('EAAB');
  expect(told).toContain('fields=id');
});
