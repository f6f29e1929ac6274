import { randomUUID } from 'node:crypto';

import { Complaint } from '../complaint.ts';
import type { Environment } from '../environment-file.ts';

export type Answer = Readonly<{ status: number; body: Body; etag: string | null }>;
/** What the API answered; its shape is checked by the claims that are made about it. */
export type Body = Readonly<Record<string, unknown>>;

type Request = Readonly<{ body?: unknown; form?: FormData; ifMatch?: string | null }>;

/** One person at the API, for one tenant. */
export type Person = Readonly<{
  get: (path: string) => Promise<Answer>;
  post: (path: string, request?: Request) => Promise<Answer>;
  patch: (path: string, request: Request) => Promise<Answer>;
  put: (path: string, request: Request) => Promise<Answer>;
  /** Opens a stream that lives until the signal ends it. */
  follow: (path: string, signal: AbortSignal) => Promise<Response>;
}>;

/** Logs a demo user in with the password grant, which only a development realm offers. */
export async function logIn(environment: Environment, username: string, tenant: string): Promise<Person> {
  const user = environment.users.find((candidate) => candidate.username === username);
  if (user === undefined) throw new Complaint(`There is no demo user ${username}.`);
  const token = await tokenOf(environment, username, user.password);
  const send =
    (method: string) =>
    async (path: string, request: Request = {}) => {
      const response = await fetch(`${environment.api}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'chorally-tenant': tenant,
          ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(typeof request.ifMatch === 'string' ? { 'if-match': request.ifMatch } : {}),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        ...(request.form === undefined ? {} : { body: request.form }),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: (text === '' ? {} : JSON.parse(text)) as Body,
        etag: response.headers.get('etag'),
      };
    };
  const headers = { authorization: `Bearer ${token}`, 'chorally-tenant': tenant };
  const follow: Person['follow'] = (path, signal) => fetch(`${environment.api}${path}`, { headers, signal });
  return { get: send('GET'), post: send('POST'), patch: send('PATCH'), put: send('PUT'), follow };
}

/** An access token by the password grant, which only a development realm offers. */
export async function tokenOf({ keycloak }: Environment, username: string, password: string): Promise<string> {
  const response = await fetch(`${keycloak.realmUrl}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: keycloak.clientId,
      scope: keycloak.scope,
      username,
      password,
    }),
  });
  if (!response.ok) throw new Complaint(`Keycloak refuses to log ${username} in (HTTP ${response.status}).`);
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}
