import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { AdminProfile, Grant, GrantedPage } from '../connector.ts';
import type { Graph } from '../meta/graph.ts';

const account = z.object({
  /** The account as this app alone knows it; what Instagram calls it when the app is removed. */
  id: z.string(),
  /** The account as everybody knows it, through Facebook too. */
  user_id: z.union([z.string(), z.number()]).transform(String),
  username: z.string(),
  name: z.string().nullish(),
  account_type: z.string().nullish(),
  profile_picture_url: z.string().nullish(),
});

type Account = z.infer<typeof account>;

/** The one account that a grant reaches: the one that consented. */
export function accountOf(
  graph: Graph,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<Account> {
  return graph.call({
    method: 'GET',
    path: '/me',
    query: { fields: 'id,user_id,username,name,account_type,profile_picture_url' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: account,
  });
}

export function asProfile({ id, username, profile_picture_url: picture }: Account): AdminProfile {
  return { externalId: id, name: username, pictureUrl: picture ?? null };
}

export function asGranted({ user_id, username, account_type, profile_picture_url: picture }: Account): GrantedPage {
  return {
    externalId: user_id,
    name: username,
    pictureUrl: picture ?? null,
    accessToken: null,
    details: {},
    refusal: professional.has(account_type?.toUpperCase() ?? '') ? null : 'personal_profile',
  };
}

/** Instagram writes them in capitals here and as words there. */
const professional: ReadonlySet<string> = new Set(['BUSINESS', 'MEDIA_CREATOR', 'CREATOR']);
