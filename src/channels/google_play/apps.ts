import { z } from 'zod';
import type { PageRefusalCode } from '../../domain/grant.ts';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { GrantedPage, HeldPage, PageProfile } from '../connector.ts';
import { saysGone, withoutObject } from '../google/errors.ts';
import type { GoogleRest } from '../google/rest.ts';

/** The apps of these package names, as far as the grant reaches them. Google Play lists none of its own accord. */
export async function grantedApps(
  rest: GoogleRest,
  accessToken: string,
  packageNames: readonly string[],
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const apps: GrantedPage[] = [];
  for (const packageName of new Set(packageNames.map((name) => name.trim()))) {
    apps.push({
      externalId: packageName,
      // The API for reviews does not tell what an app is called.
      name: packageName,
      pictureUrl: null,
      accessToken: null,
      details: {},
      refusal: await refusalOf(rest, accessToken, packageName, options),
    });
  }
  return apps;
}

/** Reads one review, the least that can be asked and what the connection is for. */
export async function probeApp(rest: GoogleRest, page: HeldPage, options: CallOptions = {}): Promise<PageProfile> {
  try {
    await readReviews(rest, page.accessToken, page.externalId, options);
    return { name: page.externalId, pictureUrl: null };
  } catch (error) {
    throw saysGone(error) ? withoutObject('google_play', error) : error;
  }
}

async function refusalOf(
  rest: GoogleRest,
  accessToken: string,
  packageName: string,
  options: CallOptions,
): Promise<PageRefusalCode | null> {
  if (!isPackageName(packageName)) return 'not_eligible';
  try {
    await readReviews(rest, accessToken, packageName, options);
    return null;
  } catch (error) {
    if (saysGone(error)) return 'not_eligible';
    if (lacksRole(error)) return 'role_missing';
    throw error;
  }
}

/** As Android demands it: two parts or more, each beginning with a letter. */
const isPackageName = (text: string): boolean => /^[a-z]\w*(\.[a-z]\w*)+$/i.test(text);

/** That the whole permission was not given concerns every app, and is the grant's trouble. */
const lacksRole = (error: unknown): boolean =>
  error instanceof ChannelError &&
  error.grantProblem === 'permission' &&
  error.provider?.code !== 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' &&
  error.provider?.code !== 'insufficientPermissions';

function readReviews(
  rest: GoogleRest,
  accessToken: string,
  packageName: string,
  options: CallOptions,
): Promise<unknown> {
  return rest({
    method: 'GET',
    target: {
      base: 'api',
      path: `/androidpublisher/v3/applications/${encodeURIComponent(packageName)}/reviews`,
    },
    query: { maxResults: '1' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: z.object({ reviews: z.array(z.unknown()).optional() }),
  });
}
