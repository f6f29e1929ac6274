import sharp from 'sharp';
import { afterAll, beforeAll } from 'vitest';
import type { TokenVerifier } from '../../src/platform/keycloak.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { UserId } from '../../src/domain/ids.ts';
import { type Call, type CallAnswer, startApi, type TestApi, type TestApiOptions } from './api.ts';
import { type FreshTenant, freshTenant, type PersonName } from './fresh-tenant.ts';

/**
 * The API with the real Postgres and Temporal, in fresh tenants of which Keycloak knows nothing: a token here is the
 * name of its holder and of the tenants it speaks for.
 */
export interface TenantApi {
  readonly api: TestApi;
  readonly tenant: FreshTenant;
  /** A call by one of the tenant's people. */
  as(person: PersonName, method: string, path: string, json?: unknown, call?: Call): Promise<CallAnswer>;
  /** A call by a member whom a test has added. */
  asUser(user: UserId, method: string, path: string, json?: unknown): Promise<CallAnswer>;
  /** As one of the vendor's operators who is a member too. */
  asOperator(person: PersonName, method: string, path: string): Promise<CallAnswer>;
  inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T>;
  another(options?: { policy?: boolean }): Promise<TenantApi>;
}

/** Starts the API once for a test file, with one fresh tenant. */
export function useTenantApi(options: TestApiOptions & { policy?: boolean } = {}): () => TenantApi {
  let started: { api: TestApi; tenant: FreshTenant } | null = null;
  beforeAll(async () => {
    const api = await startApi({ ...options, services: { ...options.services, tokens: namesAsTokens } });
    started = { api, tenant: await freshTenant(api.services.db, options) };
  });
  afterAll(() => started?.api.close());
  return () => {
    if (started === null) throw new Error('the API has not been started');
    return tenantApi(started.api, started.tenant);
  };
}

function tenantApi(api: TestApi, tenant: FreshTenant): TenantApi {
  const send = (token: object, method: string, path: string, json?: unknown, call: Call = {}) =>
    api.call(path, { method, token: encode(token), ...(json === undefined ? {} : { json }), ...call });
  const holder = (person: PersonName) => ({ subject: tenant.people[person], tenants: [tenant] });
  return {
    api,
    tenant,
    as: (person, method, path, json, call) => send(holder(person), method, path, json, call),
    asUser: (subject, method, path, json) => send({ subject, tenants: [tenant] }, method, path, json),
    asOperator: (person, method, path) => send({ ...holder(person), realmRoles: ['chorally_operator'] }, method, path),
    inTenant: (work) => withTenant(api.services.db, tenant.id, work),
    another: async (options) => tenantApi(api, await freshTenant(api.services.db, options)),
  };
}

const encode = (token: object): string => Buffer.from(JSON.stringify(token)).toString('base64url');

const namesAsTokens: TokenVerifier = {
  verify: (token) => {
    const { subject, tenants, realmRoles = [] } = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Promise.resolve({
      subject,
      tenants: tenants.map(({ id, slug }: FreshTenant) => ({ id, slug })),
      realmRoles,
      expiresAt: Number.MAX_SAFE_INTEGER,
    });
  },
  checkKeys: () => Promise.resolve(),
};

/** A form with one image, as a browser sends it. */
export async function imageForm({
  width = 1_200,
  height = 1_200,
  format = 'png',
  altText,
}: {
  width?: number;
  height?: number;
  format?: 'png' | 'jpeg' | 'webp' | 'gif';
  altText?: string;
} = {}): Promise<FormData> {
  const image = sharp({ create: { width, height, channels: 3, background: '#3366cc' } }).toFormat(format);
  const form = new FormData();
  form.append('file', new File([new Uint8Array(await image.toBuffer())], `natale.${format}`));
  if (altText !== undefined) form.append('altText', altText);
  return form;
}

/** Uploads an image and returns its id. */
export async function uploadImage(
  { as }: Pick<TenantApi, 'as'>,
  options: Parameters<typeof imageForm>[0] = {},
): Promise<string> {
  const { status, body } = await as('elena', 'POST', '/v1/media', undefined, { body: await imageForm(options) });
  if (status !== 201) throw new Error(`the upload was answered ${status} ${JSON.stringify(body)}`);
  return body.id;
}
