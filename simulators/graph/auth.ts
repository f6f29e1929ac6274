import { createHmac } from 'node:crypto';
import type { Call } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { graphError, invalidParameter, permissionRequired, tokenRefused, unknownObject } from './errors.ts';
import { identify, type Identity } from './identity.ts';
import { param } from './params.ts';
import { pageOfInstagram, tenantOfPerson } from './seeds.ts';

/** The token of a request, however it was sent; `null` if it has none. */
export function accessToken(call: Call): string | null {
  const bearer = /^(?:Bearer|OAuth) (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
  return param(call, 'access_token') ?? bearer ?? null;
}

/** Who the request's token stands for; refuses what Graph would refuse. */
export function principalOf(world: World, call: Call): Identity {
  const token = accessToken(call);
  if (token === null) {
    throw graphError({ code: 104, message: 'An access token is required to request this resource.' });
  }
  const principal = honoured(world, token);
  verifyProof(call, token);
  return principal;
}

/** Who a token stands for. A lost permission shows only where the permission is needed. */
export function honoured(world: World, token: string): Identity {
  const principal = identify(world, token);
  if (principal === null) {
    throw graphError({ code: 190, message: 'Invalid OAuth access token - Cannot parse access token' });
  }
  const { trouble } = principal;
  if (trouble !== null && trouble !== 'permission_missing') throw tokenRefused(trouble);
  return principal;
}

/** Whether the request speaks for the app itself. */
export function speaksForApp(call: Call): boolean {
  const { clientId, clientSecret } = seedApp.meta;
  return accessToken(call) === `${clientId}|${clientSecret}`;
}

/** Lets only those through who may publish as the page. */
export function actAsPage(world: World, call: Call, pageId: string): void {
  const principal = principalOf(world, call);
  if (lacks(principal, 'pages_manage_posts')) throw tokenRefused('permission_missing');
  if (principal.kind === 'page' && principal.id === pageId) return;
  if (manages(principal, pageId)) {
    throw graphError({
      status: 403,
      code: 210,
      message: '(#210) A page access token is required to request this resource.',
    });
  }
  throw tokenRefused('permission_missing');
}

/** Lets only those through who may read what the page has published. */
export function readAsPage(world: World, call: Call, pageId: string): void {
  const principal = principalOf(world, call);
  if (principal.trouble === 'permission_missing') throw tokenRefused('permission_missing');
  const mayRead = (principal.kind === 'page' && principal.id === pageId) || manages(principal, pageId);
  if (mayRead && !lacks(principal, 'pages_read_engagement')) return;
  throw graphError({
    status: 403,
    code: 10,
    message:
      "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature.",
  });
}

/** Lets only the page itself change what the app is told about it. */
export function subscribeAsPage(world: World, call: Call, pageId: string): void {
  const principal = principalOf(world, call);
  if (principal.kind !== 'page' || principal.id !== pageId) throw unknownObject(pageId, call.method.toLowerCase());
  if (lacks(principal, 'pages_manage_metadata')) throw permissionRequired('pages_manage_metadata');
}

/** What is done with an Instagram account. Its own login and Facebook's call the permissions differently. */
const instagramNeeds = {
  read: ['instagram_basic', 'instagram_business_basic'],
  publish: ['instagram_content_publish', 'instagram_business_content_publish'],
} as const;

/** Lets only those through who may act for the Instagram account: itself, its page, or a person who manages that. */
export function actAsInstagram(
  world: World,
  call: Call,
  accountId: string,
  what: keyof typeof instagramNeeds = 'read',
): void {
  const principal = principalOf(world, call);
  const pageId = pageOfInstagram(accountId)?.externalId ?? null;
  const mayAct =
    (principal.kind === 'instagram' && principal.id === accountId) ||
    (pageId !== null && ((principal.kind === 'page' && principal.id === pageId) || manages(principal, pageId)));
  if (!mayAct) throw unknownObject(accountId, call.method.toLowerCase());
  if (lacks(principal, ...instagramNeeds[what])) {
    throw graphError({ status: 403, code: 10, message: '(#10) Application does not have permission for this action' });
  }
}

/** Whether a person looks after a page and has let the app do so. */
export function manages(principal: Identity, pageId: string): boolean {
  const tenant = principal.kind === 'person' ? tenantOfPerson(principal.id) : null;
  const picked = principal.grant?.pageIds ?? null;
  const owned = tenant?.facebook.some(({ externalId }) => externalId === pageId) === true;
  return owned && (picked === null || picked.includes(pageId));
}

/** Whether none of these permissions is there. */
export function lacks({ trouble, scopes }: Identity, ...anyOf: readonly string[]): boolean {
  return trouble === 'permission_missing' || !anyOf.some((scope) => scopes.includes(scope));
}

function verifyProof(call: Call, token: string): void {
  const proof = param(call, 'appsecret_proof');
  if (proof === null || proof === appsecretProof(token)) return;
  throw invalidParameter('Invalid appsecret_proof provided in the API argument', { type: 'GraphMethodException' });
}

/** The proof that whoever sends `token` also knows the app's secret. */
export const appsecretProof = (token: string): string =>
  createHmac('sha256', seedApp.meta.clientSecret).update(token).digest('hex');
