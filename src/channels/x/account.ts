import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { AdminProfile, Grant, GrantedPage, HeldPage, PageProfile } from '../connector.ts';
import { type XApi, understood } from './api.ts';

/** Who consented: on X an account acts for itself, so it is its own admin. */
export async function adminOf(api: XApi, grant: Grant, options: CallOptions = {}): Promise<AdminProfile> {
  const { id, name, pictureUrl } = await readAccount(api, grant.accessToken, options);
  return { externalId: id, name, pictureUrl };
}

/**
 * The one account that consented. X does not tell a company's account from a person's: `verified_type` names those that
 * X has verified as a company or an authority, and most companies' accounts are not verified. So every account can be
 * connected, and the choice shows what X says of it.
 */
export async function grantedAccount(
  api: XApi,
  grant: Grant,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const { id, name, pictureUrl, username, verifiedType } = await readAccount(api, grant.accessToken, options);
  const details = { username, verifiedType };
  return [{ externalId: id, name, pictureUrl, accessToken: null, details, refusal: null }];
}

export async function probeAccount(api: XApi, page: HeldPage, options: CallOptions = {}): Promise<PageProfile> {
  const { name, pictureUrl } = await readAccount(api, page.accessToken, options);
  return { name, pictureUrl };
}

const me = z.object({
  data: z.object({
    id: z.string(),
    name: z.string(),
    username: z.string(),
    profile_image_url: z.string().nullish(),
    verified_type: z.string().nullish(),
  }),
});

interface Account extends PageProfile {
  readonly id: string;
  readonly username: string;
  readonly verifiedType: string;
}

async function readAccount(api: XApi, accessToken: string, options: CallOptions): Promise<Account> {
  const answer = await api(
    {
      method: 'GET',
      path: '/2/users/me',
      query: { 'user.fields': 'profile_image_url,verified_type' },
      sender: { kind: 'account', accessToken },
      repeat: 'harmless',
    },
    options,
  );
  const { data } = understood(me, answer);
  return {
    id: data.id,
    name: data.name,
    username: data.username,
    // X's usual picture has 48 pixels; the same address without the suffix has the original.
    pictureUrl: data.profile_image_url?.replace(/_normal(\.\w+)$/, '$1') ?? null,
    verifiedType: data.verified_type ?? 'none',
  };
}
