import { createHash, createHmac } from 'node:crypto';
import { grantOf, lifeOf, type LivingGrant, standingOf, withdrawnScopes } from '../kernel/grants.ts';
import type { KnownToken, TokenTrouble } from '../kernel/tokens.ts';
import type { World } from '../kernel/world.ts';
import { instagramPerson } from './instagram-people.ts';
import { grantableBy } from './permissions.ts';
import { facebookPage, instagramAccount, tenantOfPage } from './seeds.ts';
import { businessOfSystemUser } from './whatsapp-seeds.ts';

/** Whom a token stands for, and on whose word. */
export interface Identity {
  readonly kind: 'page' | 'instagram' | 'person' | 'business';
  readonly id: string;
  /** The person or system user whose grant it is. */
  readonly personId: string;
  /** `null` for the fixed tokens of the seed, behind which there is no consent. */
  readonly grant: LivingGrant | null;
  readonly scopes: readonly string[];
  readonly trouble: TokenTrouble | null;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number | null;
}

/** Whom `token` stands for, honoured or not; `null` if nobody. */
export function identify(world: World, token: string): Identity | null {
  const seeded = world.tokens.find(token);
  if (seeded !== null) return identityOfSeed(world, seeded);
  return identityOfPageToken(world, token) ?? identityOfGrantToken(world, token);
}

function identityOfSeed(world: World, known: KnownToken): Identity {
  const kind = kindOf(known.id);
  const personId = tenantOfPage(known.id)?.metaPerson.externalId ?? known.id;
  const gone = [...withdrawnScopes(world, personId), ...withdrawnScopes(world, known.id)];
  const scopes = grantableBy(kind, known.id).filter((scope) => !gone.includes(scope));
  const id = accountOf(known.id);
  return { ...known, id, kind, personId, grant: null, scopes, trouble: world.tokens.trouble(known) };
}

function identityOfGrantToken(world: World, token: string): Identity | null {
  const { state, grant } = standingOf(world, token);
  const life = lifeOf(world, token);
  if (grant === null || life === null || state === 'unknown' || state === 'reused') return null;
  const { personId } = grant;
  const { scopes } = grantOf(world, grant.id) ?? grant;
  const trouble = state === 'honoured' ? null : state;
  return { ...life, kind: kindOf(personId), id: accountOf(personId), personId, grant, scopes, trouble };
}

interface PageToken extends Omit<KnownToken, 'id'> {
  readonly pageId: string;
  readonly grantId: string;
}

const pageTokens = ({ store }: World) => store.collection<PageToken>('page-token');
const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
const dayMs = 24 * 3_600_000;

function identityOfPageToken(world: World, token: string): Identity | null {
  const found = pageTokens(world).get(hash(token));
  const grant = found === null ? null : grantOf(world, found.grantId);
  if (found === null || grant === null) return null;
  const { pageId: id, issuedAt, expiresAt } = found;
  const { personId, scopes } = grant;
  const trouble =
    grant.revokedAt === null
      ? (world.tokens.trouble({ id, issuedAt, expiresAt }) ??
        world.tokens.trouble({ id: personId, issuedAt, expiresAt: null }))
      : 'revoked';
  return { kind: 'page', id, personId, grant, scopes, trouble, issuedAt, expiresAt };
}

/**
 * The token that acts for a page alone. Made from a long-lived token it does not expire, and is the same each time; it
 * ends with the grant.
 */
export function pageTokenFor(world: World, { grant, issuedAt, expiresAt }: Identity, pageId: string): string {
  const seeded = facebookPage(pageId);
  if (grant === null) return seeded?.accessToken ?? '';
  const shortened = world.settings.current().accessTokenLifetimeMs !== null;
  const longLived = expiresAt === null || expiresAt - issuedAt > dayMs;
  const until = longLived && !shortened ? null : expiresAt;
  const secret = createHmac('sha256', grant.id).update(`${pageId}:${until}`).digest('base64url');
  const token = `EAAB-dev-page-${pageId}-${secret}`;
  if (pageTokens(world).get(hash(token)) === null) {
    pageTokens(world).put(hash(token), { pageId, grantId: grant.id, issuedAt: Date.now(), expiresAt: until });
  }
  return token;
}

/** At Instagram a person is an account. */
const accountOf = (personId: string): string => instagramPerson(personId)?.accountId ?? personId;

function kindOf(id: string): Identity['kind'] {
  if (facebookPage(id) !== null) return 'page';
  if (instagramAccount(id) !== null || instagramPerson(id) !== null) return 'instagram';
  return businessOfSystemUser(id) === null ? 'person' : 'business';
}
