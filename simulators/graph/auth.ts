import { createHmac } from 'node:crypto';
import type { Call } from '../kernel/operation.ts';
import type { KnownToken } from '../kernel/tokens.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { graphError, invalidParameter, tokenRefused, unknownObject } from './errors.ts';
import { param } from './params.ts';
import { facebookPage, instagramAccount, pageOfInstagram, tenantOfPerson } from './seeds.ts';

/** Who speaks: a page, an Instagram account, or a person who manages some. */
export interface Principal {
  readonly kind: 'page' | 'instagram' | 'person';
  readonly id: string;
}

/** The token of a request, however it was sent; `null` if it has none. */
export function accessToken(call: Call): string | null {
  const bearer = /^(?:Bearer|OAuth) (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
  return param(call, 'access_token') ?? bearer ?? null;
}

/** Who the request's token stands for; refuses what Graph would refuse. */
export function principalOf(world: World, call: Call): Principal {
  const token = accessToken(call);
  if (token === null) {
    throw graphError({ code: 104, message: 'An access token is required to request this resource.' });
  }
  const known = world.tokens.find(token);
  if (known === null)
    throw graphError({ code: 190, message: 'Invalid OAuth access token - Cannot parse access token' });
  const trouble = world.tokens.trouble(known);
  // A lost permission shows only where the permission is needed.
  if (trouble !== null && trouble !== 'permission_missing') throw tokenRefused(trouble);
  verifyProof(call, token);
  return { kind: kindOf(known), id: known.id };
}

/** Lets only those through who may publish as the page. */
export function actAsPage(world: World, call: Call, pageId: string): void {
  const principal = principalOf(world, call);
  requirePermissions(world, call);
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
  requirePermissions(world, call);
  if ((principal.kind === 'page' && principal.id === pageId) || manages(principal, pageId)) return;
  throw graphError({
    status: 403,
    code: 10,
    message:
      "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature.",
  });
}

/** Lets only those through who may act for the Instagram account: itself, its page, or a person who manages that. */
export function actAsInstagram(world: World, call: Call, accountId: string): void {
  const principal = principalOf(world, call);
  const pageId = pageOfInstagram(accountId)?.externalId ?? null;
  const mayAct =
    (principal.kind === 'instagram' && principal.id === accountId) ||
    (pageId !== null && ((principal.kind === 'page' && principal.id === pageId) || manages(principal, pageId)));
  if (!mayAct) throw unknownObject(accountId, call.method.toLowerCase());
  if (lacksPermissions(world, call)) {
    throw graphError({ status: 403, code: 10, message: '(#10) Application does not have permission for this action' });
  }
}

function manages(principal: Principal, pageId: string): boolean {
  const tenant = principal.kind === 'person' ? tenantOfPerson(principal.id) : null;
  return tenant?.facebook.some(({ externalId }) => externalId === pageId) === true;
}

function requirePermissions(world: World, call: Call): void {
  if (lacksPermissions(world, call)) throw tokenRefused('permission_missing');
}

function lacksPermissions(world: World, call: Call): boolean {
  const known = world.tokens.find(accessToken(call) ?? '');
  return known !== null && world.tokens.trouble(known) === 'permission_missing';
}

function verifyProof(call: Call, token: string): void {
  const proof = param(call, 'appsecret_proof');
  if (proof === null || proof === appsecretProof(token)) return;
  throw invalidParameter('Invalid appsecret_proof provided in the API argument', { type: 'GraphMethodException' });
}

/** The proof that whoever sends `token` also knows the app's secret. */
export const appsecretProof = (token: string): string =>
  createHmac('sha256', seedApp.meta.clientSecret).update(token).digest('hex');

function kindOf({ id }: KnownToken): Principal['kind'] {
  if (facebookPage(id) !== null) return 'page';
  return instagramAccount(id) === null ? 'person' : 'instagram';
}
