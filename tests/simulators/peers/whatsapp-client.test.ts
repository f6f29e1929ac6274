import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { whatsappBusinesses } from '../../../simulators/graph/whatsapp-seeds.ts';
import { seedApp } from '../../../simulators/seed.ts';
import { graphAs } from '../support/graph.ts';
import { clientFolder, runWithClient } from './python.ts';

const installTimeoutMs = 300_000;
const [aurora] = whatsappBusinesses;

beforeAll(async () => void (await clientFolder('whatsapp')), installTimeoutMs);

test('pywa exchanges a code of Embedded Signup, lists the numbers, and understands what a business takes back', async () => {
  const { simulator } = await graphAs();

  const seen = await runWithClient('whatsapp', join(import.meta.dirname, 'whatsapp_client.py'), {
    GRAPH_URL: simulator.url,
    APP_ID: seedApp.meta.clientId,
    APP_SECRET: seedApp.meta.clientSecret,
    CODE: aurora.code,
    WABA_ID: aurora.wabas[0].id,
    SYSTEM_USER_ID: aurora.systemUserId,
  });

  expect(seen).toEqual({
    appToken: true,
    expires: null,
    paged: [2, true],
    numbers: [
      ['+39 02 5550 1001', 'CONNECTED', 'CLOUD_API'],
      ['+39 02 5550 1002', 'PENDING', 'NOT_APPLICABLE'],
      ['+39 02 5550 1003', 'UNVERIFIED', 'NOT_APPLICABLE'],
    ],
    account: ['Mercato Aurora', expect.stringMatching(/verified/i)],
    number: ['Mercato Aurora', 'GREEN', 'VERIFIED'],
    subscribed: [seedApp.meta.clientId, 'https://app.example/own'],
    refusals: {
      wrong: { kind: 'WhatsAppError', code: 100, subcode: null },
      withdrawn: { kind: 'APIPermission', code: 200, subcode: null },
      removed: { kind: 'ExpiredAccessToken', code: 190, subcode: 458 },
    },
  });
});

test('pywa has templates approved, sends messages, and reads what WhatsApp tells of them and what people answer', async () => {
  const { simulator } = await graphAs();
  const [waba] = aurora.wabas;

  const seen = await runWithClient('whatsapp', join(import.meta.dirname, 'whatsapp_messages.py'), {
    GRAPH_URL: simulator.url,
    APP_ID: seedApp.meta.clientId,
    APP_SECRET: seedApp.meta.clientSecret,
    TOKEN: aurora.accessToken,
    WABA_ID: waba.id,
    NUMBER_ID: waba.numbers[0]?.id ?? '',
  });

  expect(seen).toEqual({});
});
