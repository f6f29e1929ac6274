import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch, FormData, type RequestInit } from 'undici';
import type { Environment } from '../../dev/environment-file.ts';
import { stack } from './fault-stack.ts';
import { eventually } from './fault-wait.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One demo user at the stack's own API. */
export interface Caller {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body?: unknown): Promise<ApiAnswer>;
  /** A command, repeated with its `Idempotency-Key` as long as the answer is 503 or nothing answers at all. */
  command(path: string, body?: unknown): Promise<ApiAnswer>;
  /** An edit of whatever version there is, under a key of the caller's. Throws where nothing answers. */
  patch(path: string, body: unknown, key: string): Promise<ApiAnswer>;
  upload(path: string, file: Uint8Array<ArrayBuffer>): Promise<ApiAnswer>;
}

/** Speaks to the API as a demo user, with a real token. Throws where nothing answers. */
export function caller(username: string): Caller {
  return {
    get: (path) => send(username, path, { method: 'GET' }),
    post: (path, body) => send(username, path, posting(body)),
    command: (path, body) => {
      const key = randomUUID();
      return eventually(
        `an answer to ${path}`,
        async () => {
          const answer = await send(username, path, posting(body, { 'idempotency-key': key }));
          return answer.status === 503 ? null : answer;
        },
        { withinMs: commandPatienceMs },
      );
    },
    patch: (path, body, key) =>
      send(username, path, {
        ...posting(body, { 'idempotency-key': key, 'if-match': '*' }),
        method: 'PATCH',
      }),
    upload: (path, file) => {
      const form = new FormData();
      form.set('file', new Blob([file]), 'image.jpg');
      return send(username, path, { method: 'POST', body: form });
    },
  };
}

/** The body of an answer with the status that the story expects. Throws with what came instead. */
export function expected<Body>({ status, body }: ApiAnswer, wanted: number): Body {
  if (status === wanted) return body as Body;
  throw new Error(`expected ${wanted} but the API answered ${status}: ${JSON.stringify(body)}`);
}

function posting(body: unknown, headers: Record<string, string> = {}): RequestInit {
  if (body === undefined) return { method: 'POST', headers };
  return { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const patienceMs = 20_000;
const commandPatienceMs = 45_000;

/** A connection per request: one that is kept may lead to an API that was killed. */
const dispatcher = new Agent({ pipelining: 0 });

async function send(username: string, path: string, request: RequestInit): Promise<ApiAnswer> {
  const response = await fetch(`${environment().api}${path}`, {
    ...request,
    dispatcher,
    headers: { ...(request.headers as Record<string, string>), authorization: `Bearer ${await tokenOf(username)}` },
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

const tokens = new Map<string, { readonly token: string; readonly goodUntil: number }>();
const renewEarlyMs = 30_000;

async function tokenOf(username: string): Promise<string> {
  const known = tokens.get(username);
  if (known !== undefined && known.goodUntil > Date.now()) return known.token;
  const { keycloak, users } = environment();
  const user = users.find((candidate) => candidate.username === username);
  if (user === undefined) throw new Error(`there is no demo user ${username}`);
  const { realmUrl, clientId, scope } = keycloak;
  const response = await fetch(`${realmUrl}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: clientId,
      scope,
      username,
      password: user.password,
    }),
  });
  if (!response.ok) throw new Error(`Keycloak gives ${username} no token: ${response.status}`);
  const answer = (await response.json()) as { access_token: string; expires_in: number };
  tokens.set(username, {
    token: answer.access_token,
    goodUntil: Date.now() + answer.expires_in * 1_000 - renewEarlyMs,
  });
  return answer.access_token;
}

/** What the stack tells its tools about itself. */
export function environment(): Environment {
  return JSON.parse(readFileSync(join(stack.runDir, 'environment.json'), 'utf8')) as Environment;
}
