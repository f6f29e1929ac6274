import express from 'express';
import { type Call, type Operation, Refused } from '../kernel/operation.ts';
import type { Network } from '../kernel/simulator.ts';
import type { TokenTrouble } from '../kernel/tokens.ts';
import type { World } from '../kernel/world.ts';
import { bots, chats, type SeedBot, type SeedChat, telegramTokens } from './seeds.ts';

/** Telegram's Bot API, as far as connecting bots and chats needs it. */
export const telegram: Network = {
  name: 'telegram',
  accounts: [],
  tokens: telegramTokens,
  body: [express.json({ limit: '1mb' }), express.urlencoded({ extended: false, limit: '1mb' })],
  dialect: () => ({ trouble: (status) => failureBody(status, words[status] ?? 'Bad Request'), headers: () => ({}) }),
  operations: (world) => [
    ...method(world, 'getMe', (_call, bot) => userOf(bot)),
    ...method(world, 'getChat', (call, bot) => viewOf(readableChat(world, call, bot))),
    ...method(world, 'getChatMember', (call, bot) => membershipOf(world, call, bot)),
    ...unknownMethods(world),
  ],
};

const words: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'Not Found',
  429: 'Too Many Requests: retry after 5',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
};

function failureBody(code: number, description: string): unknown {
  const retry = code === 429 ? { parameters: { retry_after: 5 } } : {};
  return { ok: false, error_code: code, description, ...retry };
}

const refused = (code: number, description: string): Refused =>
  new Refused({ status: code, body: failureBody(code, description) });

/** One method, which Telegram takes by GET and by POST. */
function method(world: World, name: string, handle: (call: Call, bot: SeedBot) => unknown): Operation[] {
  return (['GET', 'POST'] as const).map((verb) => ({
    name: `telegram.${name}`,
    method: verb,
    path: `/bot:token/${name}`,
    handle: (call) => ({ status: 200, body: { ok: true, result: handle(call, botOf(world, call)) } }),
  }));
}

function unknownMethods(world: World): Operation[] {
  return (['GET', 'POST'] as const).map((verb) => ({
    name: 'telegram.unknown',
    method: verb,
    path: '/{*path}',
    handle: (call) => {
      const token = /^\/bot([^/]+)\//.exec(call.path)?.[1];
      if (token !== undefined) botOf(world, { ...call, params: { token } });
      throw refused(404, 'Not Found: method not found');
    },
  }));
}

/** A token of the wrong form is another path to Telegram: not found; one that was taken back is unauthorized. */
function botOf(world: World, { params }: Call): SeedBot {
  const token = params['token'] ?? '';
  if (!/^\d+:[\w-]{30,}$/.test(token)) throw refused(404, 'Not Found');
  const bot = bots.find((candidate) => candidate.token === token);
  const known = world.tokens.find(token);
  if (bot === undefined || known === null) throw refused(401, 'Unauthorized');
  if (world.tokens.trouble(known) !== null) throw refused(401, 'Unauthorized');
  return bot;
}

function userOf({ id, name, username }: SeedBot) {
  return {
    id,
    is_bot: true,
    first_name: name,
    username,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  };
}

function parameter({ query, body }: Call, name: string): string {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  const value = sent ?? query[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The chat that is meant, if the bot can see it: by its number, or by its public name. */
function readableChat(world: World, call: Call, bot: SeedBot): SeedChat {
  const named = parameter(call, 'chat_id');
  if (named === '') throw refused(400, 'Bad Request: chat_id is empty');
  const chat = chats.find(
    ({ id, username }) => String(id) === named || (username !== null && `@${username}` === named),
  );
  if (chat === undefined) throw refused(400, 'Bad Request: chat not found');
  const isPublic = chat.username !== null && chat.type !== 'private';
  const isMember = chat.administrators.includes(bot.id);
  if (!isMember && !isPublic && chat.type !== 'private') throw refused(400, 'Bad Request: chat not found');
  if (isMember && troubleIn(world, chat) === 'revoked') {
    throw refused(403, `Forbidden: bot was kicked from the ${chat.type} chat`);
  }
  return chat;
}

function viewOf({ id, type, title, username }: SeedChat) {
  const name = type === 'private' ? { first_name: title } : { title };
  const details = { accent_color_id: 0, max_reaction_count: 11 };
  return { id, type, ...name, ...(username === null ? {} : { username }), ...details };
}

function membershipOf(world: World, call: Call, bot: SeedBot) {
  const chat = readableChat(world, call, bot);
  const asked = bots.find(({ id }) => String(id) === parameter(call, 'user_id'));
  if (asked === undefined) throw refused(400, 'Bad Request: PARTICIPANT_ID_INVALID');
  const user = userOf(asked);
  const trouble = troubleIn(world, chat);
  if (!chat.administrators.includes(asked.id)) {
    if (chat.type === 'channel') throw refused(400, 'Bad Request: member list is inaccessible');
    return { status: 'left', user };
  }
  if (trouble === 'role_lost') {
    if (chat.type === 'channel') throw refused(403, 'Forbidden: bot is not a member of the channel chat');
    return { status: 'member', user };
  }
  const posting = chat.type === 'channel' ? { can_post_messages: trouble !== 'permission_missing' } : {};
  return { status: 'administrator', user, can_be_edited: false, is_anonymous: false, ...rights, ...posting };
}

/** What every administrator is told about. Source: https://core.telegram.org/bots/api#chatmemberadministrator */
const rights = {
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: false,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
} as const;

function troubleIn(world: World, chat: SeedChat): TokenTrouble | null {
  const known = world.tokens.find(`chat ${chat.id}`);
  return known === null ? null : world.tokens.trouble(known);
}
