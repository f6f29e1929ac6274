import type { ConnectionId } from '../../src/domain/ids.ts';
import type { CallAnswer } from './api.ts';
import type { PersonName } from './fresh-tenant.ts';
import { granted, page, type ScriptedNetworks } from './scripted-networks.ts';
import type { TenantApi } from './tenant-api.ts';

export interface Flow {
  readonly id: string;
  readonly state: string;
  readonly redirectUri: URL;
  readonly authorizationUrl: URL;
}

/** Begins to connect pages, as the tenant's admin unless somebody else does. */
export async function begin(
  own: TenantApi,
  json: object = { network: 'facebook' },
  { by = 'giulia', path = '/v1/connections/authorizations' }: { by?: PersonName; path?: string } = {},
): Promise<Flow> {
  const { status, body } = await own.as(by, 'POST', path, json);
  if (status !== 201) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`);
  const authorizationUrl = new URL(body.authorizationUrl);
  const parameter = (name: string) => authorizationUrl.searchParams.get(name) ?? '';
  return { id: body.id, state: parameter('state'), redirectUri: new URL(parameter('redirect_uri')), authorizationUrl };
}

/** A browser that comes back from a network, without any token. */
export async function comeBack(
  own: TenantApi,
  { redirectUri, state }: Pick<Flow, 'redirectUri' | 'state'>,
  query: Readonly<Record<string, string>> = { code: 'a code' },
  headers: Readonly<Record<string, string>> = {},
): Promise<CallAnswer> {
  const search = new URLSearchParams({ ...query, state });
  return own.api.call(`${redirectUri.pathname}?${search}`, { as: null, headers });
}

export async function shown(own: TenantApi, { id }: Pick<Flow, 'id'>, by: PersonName = 'giulia') {
  return (await own.as(by, 'GET', `/v1/connections/authorizations/${id}`)).body;
}

export function choose(
  own: TenantApi,
  { id }: Pick<Flow, 'id'>,
  externalIds: readonly string[],
  { by = 'giulia', passedSlots }: { by?: PersonName; passedSlots?: string } = {},
): Promise<CallAnswer> {
  const json = { externalIds, ...(passedSlots === undefined ? {} : { passedSlots }) };
  return own.as(by, 'POST', `/v1/connections/authorizations/${id}/selection`, json);
}

export interface Connected {
  readonly externalId: string;
  readonly name: string;
  readonly connectionId: ConnectionId;
  /** The authorization as the selection answered it. */
  readonly body: CallAnswer['body'];
}

/** All the way: one page, new unless told otherwise, is granted and connected. */
export async function connectOne(
  own: TenantApi,
  networks: ScriptedNetworks,
  {
    json = { network: 'facebook' },
    offered = {},
    grant = {},
    passedSlots,
  }: {
    json?: object;
    offered?: NonNullable<Parameters<typeof page>[0]>;
    grant?: NonNullable<Parameters<typeof granted>[1]>;
    passedSlots?: string;
  } = {},
): Promise<Connected> {
  const { externalId, name, ...rest } = page(offered);
  networks.answer = () => Promise.resolve(granted([{ externalId, name, ...rest }], grant));
  const flow = await beginAndReturn(own, json);
  const { status, body } = await choose(own, flow, [externalId], passedSlots === undefined ? {} : { passedSlots });
  if (status !== 200) throw new Error(`the selection was answered ${status}: ${JSON.stringify(body)}`);
  return { externalId, name, connectionId: body.pages[0].connectionId, body };
}

async function beginAndReturn(own: TenantApi, json: object): Promise<Pick<Flow, 'id'>> {
  if ('credentials' in json) return (await own.as('giulia', 'POST', '/v1/connections/authorizations', json)).body;
  const flow = await begin(own, json);
  await comeBack(own, flow);
  return flow;
}
