import type { SeededToken } from '../kernel/tokens.ts';

export interface SeedChat {
  readonly id: number;
  readonly type: 'group' | 'supergroup' | 'channel' | 'private';
  readonly title: string;
  readonly username: string | null;
  /** The bots that administer it. */
  readonly administrators: readonly number[];
}

export interface SeedBot {
  readonly slug: string;
  readonly id: number;
  readonly name: string;
  readonly username: string;
  readonly token: string;
}

const bot = (slug: string, number: number, name: string, username: string): SeedBot => ({
  slug,
  id: 700_000_000 + number,
  name,
  username,
  token: `${700_000_000 + number}:AAdev-only-telegram-token-${slug.padEnd(12, '_')}`,
});

const aurora = bot('aurora', 1, 'Mercato Aurora', 'mercatoaurora_bot');
const lariana = bot('lariana', 2, 'Banca Lariana', 'bancalariana_bot');
const borgoverde = bot('borgoverde', 3, 'Comune di Borgoverde', 'borgoverde_bot');

export const seedBots = { aurora, lariana, borgoverde } as const;

export const bots: readonly SeedBot[] = [aurora, lariana, borgoverde];

/** Ids of channels and groups are below zero, and do not fit into 32 bits. */
export const chats: readonly SeedChat[] = [
  {
    id: -1_001_700_000_001,
    type: 'channel',
    title: 'Offerte Mercato Aurora',
    username: 'offerteaurora',
    administrators: [aurora.id],
  },
  {
    id: -1_001_700_000_002,
    type: 'supergroup',
    title: 'Clienti Mercato Aurora',
    username: 'clientiaurora',
    administrators: [aurora.id],
  },
  {
    id: -1_001_700_000_003,
    type: 'channel',
    title: 'Notizie Banca Lariana',
    username: 'notizielariana',
    administrators: [lariana.id],
  },
  {
    id: -1_001_700_000_004,
    type: 'channel',
    title: 'Avvisi del Comune di Borgoverde',
    username: 'avvisiborgoverde',
    administrators: [borgoverde.id],
  },
  { id: 900_000_001, type: 'private', title: 'Chiara Ferri', username: 'chiaraferri', administrators: [] },
];

/** What the control API can spoil: a bot's token, by the bot's id, and its role in a chat, by the chat's. */
export const telegramTokens: readonly SeededToken[] = [
  ...bots.map(({ id, name, token }) => ({ id: String(id), kind: 'bot', name, accessToken: token })),
  ...chats.map(({ id, title }) => ({ id: String(id), kind: 'chat', name: title, accessToken: `chat ${id}` })),
];
