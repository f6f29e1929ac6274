import { randomUUID } from 'node:crypto';
import express from 'express';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { type Call, type Operation, Refused } from '../kernel/operation.ts';
import type { Network } from '../kernel/simulator.ts';
import type { World } from '../kernel/world.ts';
import { appleKeys, appleTokens, type SeedApp, type SeedAppleKey } from './seeds.ts';

/** The API of App Store Connect, as far as connecting apps needs it. */
export const apple: Network = {
  name: 'apple',
  accounts: [],
  tokens: appleTokens,
  body: [express.json({ limit: '1mb' })],
  dialect: () => ({ trouble, headers: rateHeaders }),
  operations: (world) => [
    { name: 'apple.apps.list', method: 'GET', path: '/v1/apps', handle: async (call) => list(world, call) },
    { name: 'apple.app.read', method: 'GET', path: '/v1/apps/:id', handle: async (call) => read(world, call) },
    ...unknownPaths(world),
  ],
};

const rateHeaders = () => ({ 'x-rate-limit': 'user-hour-lim:3500;user-hour-rem:3490;' });

const refusals = {
  401: {
    code: 'NOT_AUTHORIZED',
    title: 'Authentication credentials are missing or invalid.',
    detail:
      'Provide a properly configured and signed bearer token, and make sure that it has not expired. Learn more about Generating Tokens for API Requests https://developer.apple.com/go/?id=api-generating-tokens',
  },
  403: {
    code: 'FORBIDDEN_ERROR',
    title: 'This request is forbidden for security reasons',
    detail: 'The API key in use does not allow this request',
  },
  404: { code: 'NOT_FOUND', title: 'The specified resource does not exist', detail: 'There is no such resource' },
  429: {
    code: 'RATE_LIMIT_EXCEEDED',
    title: 'The request rate limit has been reached.',
    detail: "We've received too many requests for this API. Please wait and try again or slow down your request rate.",
  },
  500: {
    code: 'UNEXPECTED_ERROR',
    title: 'An unexpected error occurred.',
    detail:
      'An unexpected error occurred on the server side. If this issue continues, contact us at https://developer.apple.com/contact/.',
  },
} as const;

type RefusalStatus = keyof typeof refusals;

const isKnown = (status: number): status is RefusalStatus => status in refusals;

function trouble(status: number): unknown {
  const words = refusals[isKnown(status) ? status : 500];
  return { errors: [{ id: randomUUID(), status: String(status), ...words }] };
}

const refused = (status: RefusalStatus): Refused => new Refused({ status, body: trouble(status) });

/** Whose key has signed the token; refuses what Apple would refuse. */
async function keyOf(world: World, { headers }: Call): Promise<SeedAppleKey> {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) throw refused(401);
  const key = await signerOf(token);
  const known = key === null ? null : world.tokens.find(`key ${key.keyId}`);
  if (key === null || known === null) throw refused(401);
  const spoilt = world.tokens.trouble(known);
  if (spoilt === 'role_lost' || spoilt === 'permission_missing') throw refused(403);
  if (spoilt !== null) throw refused(401);
  return key;
}

async function signerOf(token: string): Promise<SeedAppleKey | null> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = appleKeys.find(({ keyId }) => keyId === kid);
    if (key === undefined) return null;
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ['ES256'],
      issuer: key.issuerId,
      audience: 'appstoreconnect-v1',
    });
    const { iat, exp } = payload;
    const livesTooLong = exp === undefined || exp - (iat ?? Date.now() / 1_000) > 20 * 60;
    return livesTooLong ? null : key;
  } catch {
    return null;
  }
}

async function list(world: World, call: Call) {
  const { apps } = await keyOf(world, call);
  const most = world.settings.current().listPageSize ?? 200;
  const limit = Math.min(most, Math.max(1, Number(call.query['limit'] ?? 50)));
  const from = Number(call.query['cursor'] ?? 0);
  const shown = apps.slice(from, from + limit);
  const next = from + limit < apps.length ? nextUrl(world, call, from + limit) : null;
  const links = { self: `${world.publicUrl()}${call.rawPath}`, ...(next === null ? {} : { next }) };
  const meta = { paging: { total: apps.length, limit } };
  return { status: 200, body: { data: shown.map((app) => viewOf(world, app)), links, meta } };
}

function nextUrl(world: World, { rawPath, rawQuery }: Call, from: number): string {
  const url = new URL(`${world.publicUrl()}${rawPath}?${rawQuery}`);
  url.searchParams.set('cursor', String(from));
  return url.href;
}

async function read(world: World, call: Call) {
  const { apps } = await keyOf(world, call);
  const app = apps.find(({ id }) => id === call.params['id']);
  if (app === undefined) throw refused(404);
  return { status: 200, body: { data: viewOf(world, app), links: { self: `${world.publicUrl()}${call.rawPath}` } } };
}

function viewOf(world: World, { id, name, bundleId }: SeedApp) {
  const attributes = { name, bundleId, sku: bundleId, primaryLocale: 'it' };
  return { type: 'apps', id, attributes, links: { self: `${world.publicUrl()}/v1/apps/${id}` } };
}

function unknownPaths(world: World): Operation[] {
  return (['GET', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({
    name: 'apple.unknown',
    method,
    path: '/{*path}',
    handle: async (call) => {
      await keyOf(world, call);
      throw refused(404);
    },
  }));
}
