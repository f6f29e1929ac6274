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

  const ids = [expect.stringMatching(/^wamid\./), expect.any(String), expect.any(String)];
  const person = '393400000001';
  expect(seen).toEqual({
    created: ['PENDING', 'UTILITY'],
    details: ['ordine_pronto', 'APPROVED', 'NAMED', ['HEADER', 'BODY', 'FOOTER', 'BUTTONS']],
    listed: ['ordine_pronto'],
    sent: 'accepted',
    held: 'held_for_quality_assessment',
    ids,
    edited: true,
    deleted: true,
    refusals: {
      again: { kind: 'WhatsAppError', code: 100, subcode: 2_388_024 },
      unfilled: { kind: 'TemplateParamCountMismatch', code: 132_000, subcode: null },
      unknown: { kind: 'TemplateNotExists', code: 132_001, subcode: null },
      closed: { kind: 'ReEngagementMessage', code: 131_047, subcode: null },
      strange: { kind: 'WhatsAppError', code: 100, subcode: null },
      paused: { kind: 'TemplatePaused', code: 132_015, subcode: null },
      edited_again: { kind: 'WhatsAppError', code: 100, subcode: null },
      gone: { kind: 'WhatsAppError', code: 100, subcode: 33 },
    },
    told: {
      templates: [
        ...['ordine_pronto', 'cesti', 'ordine_pronto'].map((name) => [name, 'it', 'APPROVED', 'NONE']),
        ['ordine_pronto', 'it', 'PAUSED', 'NONE'],
      ],
      statuses: [
        ...['sent', 'delivered', 'read'].map((status) => ['row-1', status, person, 'utility']),
        ...['row-2', 'row-3', 'row-4'].flatMap((row) =>
          ['sent', 'delivered', 'read'].map((status) => [row, status, person, 'service']),
        ),
      ],
      failures: [
        ['row-5', 'MediaUploadError', 131_053],
        ['row-6', 'TemplatePaused', 132_015],
      ],
      files: [
        ['image', 'Questo?', 'image/jpeg', true],
        ['audio', null, 'audio/ogg; codecs=opus', true],
      ],
      texts: [[person, 'Ugo', 'Avete anche il blu?']],
      buttons: [
        ['Grazie', 'thanks', true, (seen['ids'] as string[])[0]],
        ['Sì', 'keep', false, (seen['ids'] as string[])[2]],
      ],
      preferences: [[person, 'stop', false]],
      refused: [],
    },
  });
});
