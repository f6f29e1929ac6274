import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { Credentials, CredentialConnector, Grant, GrantedPage, HeldPage, PageProfile } from '../connector.ts';
import { type BotApi, botApi, botIdOf, roleLost, type TelegramDependencies } from './bot-api.ts';

/**
 * Telegram bots, connected by their token. A bot is a page for those who write to it; each channel or group in which it
 * is an administrator is one more. Telegram lists none of them: a person names them.
 */
export function telegramConnector(dependencies: TelegramDependencies): CredentialConnector {
  const api = botApi(dependencies);
  return {
    network: 'telegram',
    kind: 'bot_token',
    way: 'credentials',
    async admit(credentials, options) {
      const accessToken = botTokenIn(credentials);
      await botOf(api, accessToken, options);
      return { accessToken, refreshToken: null, expiresAt: null, consentExpiresAt: null, scopes: null };
    },
    async adminProfile(grant, options) {
      const { externalId, name } = await botPage(api, grant, options);
      return { externalId, name, pictureUrl: null };
    },
    async listPages(grant, named, options) {
      const pages = [await botPage(api, grant, options)];
      for (const chat of named) pages.push(await chatPage(api, grant, chat, options));
      return pages;
    },
    probe: (page, options) => profileOf(api, page, options),
    grantedScopes: async () => null,
    // A token is good until BotFather revokes it, which only the bot's owner can ask for.
    refresh: null,
    revoke: null,
    watch: null,
  };
}

function botTokenIn(credentials: Credentials): string {
  if (credentials.kind === 'bot_token') return credentials.botToken;
  throw new ChannelError('telegram takes the token of a bot.', { class: 'unknown', mayHaveActed: false });
}

const bot = z.object({ id: z.number(), first_name: z.string(), username: z.string() });
const chat = z.object({
  id: z.number(),
  type: z.enum(['private', 'group', 'supergroup', 'channel']),
  title: z.string().optional(),
  username: z.string().optional(),
});
const membership = z.object({ status: z.string(), can_post_messages: z.boolean().optional() });

const botOf = (api: BotApi, botToken: string, options?: CallOptions) => api('getMe', botToken, {}, bot, options);

/** Pictures are left out: Telegram's addresses of files hold the bot's token. */
async function botPage(api: BotApi, grant: Grant, options?: CallOptions): Promise<GrantedPage> {
  const { id, first_name: name, username } = await botOf(api, grant.accessToken, options);
  const details = { kind: 'bot', username };
  return { externalId: String(id), name, pictureUrl: null, accessToken: null, details, refusal: null };
}

async function chatPage(api: BotApi, grant: Grant, named: string, options?: CallOptions): Promise<GrantedPage> {
  const common = { name: named, pictureUrl: null, accessToken: null } as const;
  try {
    const found = await api('getChat', grant.accessToken, { chat_id: named }, chat, options);
    const externalId = String(found.id);
    const details = { kind: found.type, ...(found.username === undefined ? {} : { username: found.username }) };
    const page = { ...common, externalId, name: found.title ?? named, details };
    if (found.type === 'private') return { ...page, refusal: 'personal_profile' };
    const refusal = (await mayPost(api, grant.accessToken, externalId, options)) ? null : 'role_missing';
    return { ...page, refusal };
  } catch (error) {
    // One misspelt name must not take the others with it.
    if (!saysUnknownChat(error)) throw error;
    return { ...common, externalId: named, details: {}, refusal: 'role_missing' };
  }
}

async function mayPost(api: BotApi, botToken: string, chatId: string, options?: CallOptions): Promise<boolean> {
  const parameters = { chat_id: chatId, user_id: botIdOf(botToken) };
  const { status, can_post_messages: posts } = await api('getChatMember', botToken, parameters, membership, options);
  // Only channels have the right to post; in groups every administrator may write.
  return status === 'administrator' && posts !== false;
}

async function profileOf(api: BotApi, page: HeldPage, options?: CallOptions): Promise<PageProfile> {
  const { first_name: botName } = await botOf(api, page.accessToken, options);
  if (page.externalId === botIdOf(page.accessToken)) return { name: botName, pictureUrl: null };
  try {
    const found = await api('getChat', page.accessToken, { chat_id: page.externalId }, chat, options);
    if (!(await mayPost(api, page.accessToken, page.externalId, options))) {
      throw roleLost('telegram: the bot is no administrator of the chat any more.');
    }
    return { name: found.title ?? page.externalId, pictureUrl: null };
  } catch (error) {
    if (saysUnknownChat(error)) throw roleLost('telegram: the bot does not see the chat any more.', error.provider);
    throw error;
  }
}

/** No such chat, or the bot is not in it: it cannot read who is. 403: it was thrown out. */
function saysUnknownChat(error: unknown): error is ChannelError {
  if (!(error instanceof ChannelError)) return false;
  const { code, message } = error.provider ?? {};
  return code === '403' || (code === '400' && /chat not found|member list is inaccessible/.test(message ?? ''));
}
