import { expect } from 'vitest';
import { chats, seedBots } from '../../../simulators/telegram/seeds.ts';
import { telegram } from '../../../simulators/telegram/network.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import type { Credentials, HeldPage } from '../../../src/channels/connector.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { credentialConnectorOf } from '../../support/connectors.ts';
import { describeConnector } from './connector-row.ts';
import { simulate } from './one-network.ts';

const { aurora, lariana } = seedBots;
const [channel, group] = chats;
const tokenOf = (botToken: string): Credentials => ({ kind: 'bot_token', botToken });

describeConnector({
  network: 'telegram',
  kind: 'bot_token',
  cells: {
    connect: async () => {
      const { connector, admit } = await stage();
      const grant = await admit(aurora.token);
      const externalId = String(aurora.id);
      expect(grant).toMatchObject({ accessToken: aurora.token, refreshToken: null, expiresAt: null, scopes: null });
      expect(await connector.adminProfile(grant)).toEqual({ externalId, name: 'Mercato Aurora', pictureUrl: null });

      const unknown = `${aurora.id}:${'x'.repeat(35)}`;
      expect(await channelErrorOf(admit(unknown))).toMatchObject({
        class: 'disconnected',
        grantProblem: 'gone',
        provider: { status: 401, code: '401', message: 'Unauthorized' },
      });
      // Nothing but a token may become a part of the path.
      const foreign = await channelErrorOf(admit('123:../../botsomebody/getMe?'));
      expect(foreign).toMatchObject({ class: 'disconnected', provider: null });
    },
    'list pages': async () => {
      const { connector, admit } = await stage();
      const grant = await admit(aurora.token);
      const named = ['@offerteaurora', String(group?.id), '@notizielariana', '@nobody', '900000001'];
      const pages = await connector.listPages(grant, named);
      expect(pages.map(({ externalId, name, refusal }) => [externalId, name, refusal])).toEqual([
        [String(aurora.id), 'Mercato Aurora', null],
        [String(channel?.id), 'Offerte Mercato Aurora', null],
        [String(group?.id), 'Clienti Mercato Aurora', null],
        ['@notizielariana', '@notizielariana', 'role_missing'],
        ['@nobody', '@nobody', 'role_missing'],
        ['900000001', '900000001', 'personal_profile'],
      ]);
    },
    'partial scopes': { doesNotApply: 'a bot’s token carries no permissions; its rights in a chat are looked up' },
    refresh: { doesNotApply: 'a bot’s token does not lapse' },
    rotation: { doesNotApply: 'there is nothing to refresh' },
    revoked: async () => {
      const { connector, control } = await stage();
      await control(`/tokens/${aurora.id}/revoke`, { json: { as: 'revoked' } });
      expect(await channelErrorOf(connector.probe(pageOf(channel?.id)))).toMatchObject({
        class: 'disconnected',
        grantProblem: 'gone',
        provider: { status: 401, code: '401', message: 'Unauthorized' },
      });
    },
    'permission lost': async () => {
      const { connector, control } = await stage();
      await control(`/tokens/${channel?.id}/revoke`, { json: { as: 'role_lost' } });
      expect(await channelErrorOf(connector.probe(pageOf(channel?.id)))).toMatchObject({
        class: 'refresh_token',
        grantProblem: 'permission',
        provider: { status: 403, code: '403', message: 'Forbidden: bot is not a member of the channel chat' },
      });
      await control(`/tokens/${channel?.id}/revoke`, { json: { as: 'permission_missing' } });
      const silenced = await channelErrorOf(connector.probe(pageOf(channel?.id)));
      expect(silenced).toMatchObject({ class: 'refresh_token', grantProblem: 'permission' });
      // The others of the same bot go on.
      expect(await connector.probe(pageOf(group?.id))).toEqual({ name: 'Clienti Mercato Aurora', pictureUrl: null });
    },
    throttled: async () => {
      const { connector, control } = await stage();
      await control('/faults', {
        json: { match: { operation: 'telegram.getMe' }, action: 'status', status: 429, times: null },
      });
      expect(await channelErrorOf(connector.probe(pageOf(aurora.id)))).toMatchObject({
        class: 'retry_later',
        grantProblem: null,
        retryAfterMs: 5_000,
        provider: { status: 429, code: '429', message: 'Too Many Requests: retry after 5' },
      });
    },
    '5xx': async () => {
      const { connector, control } = await stage();
      await control('/faults', {
        json: { match: { operation: 'telegram.getMe' }, action: 'status', status: 500, times: null },
      });
      expect(await channelErrorOf(connector.probe(pageOf(aurora.id)))).toMatchObject({
        class: 'retry_later',
        grantProblem: null,
        provider: { status: 500, code: '500', message: 'Internal Server Error' },
      });
    },
    'wrong page on reconnect': async () => {
      const { connector, admit } = await stage();
      const pages = await connector.listPages(await admit(lariana.token), ['@offerteaurora']);
      const expected = { externalId: String(aurora.id), name: 'Mercato Aurora' };
      const found = ['Banca Lariana', '@offerteaurora'];
      expect(matchPage(expected, pages)).toEqual({ kind: 'other', expected: 'Mercato Aurora', found });
    },
    disconnect: { doesNotApply: 'only the bot’s owner can have BotFather revoke its token' },
  },
});

async function stage() {
  const { connectors, control } = await simulate(telegram);
  const connector = credentialConnectorOf(connectors, 'telegram', 'bot_token');
  return { connector, control, admit: (botToken: string) => connector.admit(tokenOf(botToken)) };
}

function pageOf(id: number | undefined): HeldPage {
  return { externalId: String(id), accessToken: aurora.token, details: {} };
}
