import { join } from 'node:path';
import { TelegramServer } from 'telegram-test-api/lib/telegramServer.js';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../dev/free-port.ts';
import { telegram } from '../../../simulators/telegram/network.ts';
import { chats, seedBots } from '../../../simulators/telegram/seeds.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { credentialConnectorOf } from '../../support/connectors.ts';
import { networksAt } from '../../support/networks-at.ts';
import { simulate } from '../connectors/one-network.ts';
import { clientFolder, runWithClient } from './python.ts';

const installTimeoutMs = 300_000;
const [channel, group, foreign] = chats;

beforeAll(async () => void (await clientFolder('telegram')), installTimeoutMs);

test('the usual Python client reads bot, channel and membership, and understands every refusal', async () => {
  const { simulator, control } = await simulate(telegram);
  const { id, username, token } = seedBots.aurora;
  await control(`/tokens/${group?.id}/revoke`, { json: { as: 'revoked' } });
  const throttled = `@${foreign?.username}`;
  await control('/faults', {
    json: { match: { operation: 'telegram.getChat', account: throttled }, action: 'status', status: 429 },
  });
  const seen = await runWithClient('telegram', join(import.meta.dirname, 'telegram_client.py'), {
    TELEGRAM_URL: simulator.url,
    BOT_TOKEN: token,
    CHANNEL: '@offerteaurora',
    FOREIGN_CHANNEL: String(foreign?.id),
    KICKED_FROM: String(group?.id),
    THROTTLED: throttled,
  });
  expect(seen).toEqual({
    me: { id, is_bot: true, username },
    channel: { id: channel?.id, type: 'channel', title: channel?.title },
    member: { status: 'administrator', posts: true },
    refusals: {
      token: 'Unauthorized',
      missing: 'Chat not found',
      foreign: 'Member list is inaccessible',
      kicked: 'Forbidden: bot was kicked from the supergroup chat',
      throttled: 'Flood control exceeded. Retry in 5 seconds',
    },
  });
});

test('our connector takes a bot from a server that others wrote', async () => {
  const server = new TelegramServer({ port: await freePort(), host: '127.0.0.1' });
  await server.start();
  onTestFinished(async () => void (await server.stop()));
  const connector = credentialConnectorOf(
    networksAt({ telegram: server.config.apiURL }).connectors,
    'telegram',
    'bot_token',
  );
  const grant = await connector.admit({ kind: 'bot_token', botToken: seedBots.aurora.token });
  expect(await connector.adminProfile(grant)).toEqual({ externalId: '666', name: 'Test First name', pictureUrl: null });
  expect(await connector.listPages(grant, [])).toMatchObject([{ name: 'Test First name', refusal: null }]);
  // It knows no chats: an answer in a form of its own is trouble, and never a lost grant.
  const unknown = await channelErrorOf(connector.listPages(grant, ['@offerteaurora']));
  expect(unknown).toMatchObject({ class: 'retry_later', grantProblem: null });
});
