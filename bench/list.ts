import pg from 'pg';
import { Client as HttpClient } from 'undici';

import { runProgram } from '../dev/complaint.ts';
import { demoPassword, demoTenant, demoUser } from '../dev/demo-data.ts';
import { tokenOf } from '../dev/demo/api-client.ts';
import { programVariables } from '../dev/environment.ts';
import { stackSecrets } from '../dev/secrets.ts';
import { selectRights } from '../src/db/member.ts';
import { type PostFilter, postList } from '../src/db/post-list.ts';
import type { UserId } from '../src/domain/ids.ts';
import { insertManyPosts } from './support/many-posts.ts';
import { percentile, report } from './support/report.ts';
import { type Statement, statementOf } from './support/statement.ts';
import { measuredSystem, tell } from './support/system.ts';

const posts = 100_000;
const pageSize = 25;
const warmUpRounds = 300;
const rounds = 1_500;

const tenant = demoTenant('borgoverde');
const user = demoUser('martina.borgoverde');

/**
 * What the API adds to its database: the first page of `GET /v1/posts` over one keep-alive connection, against the same
 * SQL through `pg`, bare (as a superuser, on whom no policy applies, with the tenant in the query) and inside the same
 * tenant transaction (begin with the tenant setting, the caller's rights, the list, commit). All three take turns, so that
 * whatever else the machine does falls on each alike.
 */
async function measure(): Promise<void> {
  const { stack, environment } = measuredSystem();
  const variables = programVariables(stack);
  const app = new pg.Pool({ connectionString: variables['DATABASE_APP_URL'], max: 1 });
  const superuser = new pg.Client({
    host: '127.0.0.1',
    port: stack.ports.postgres,
    database: 'chorally',
    user: 'postgres',
    password: stackSecrets(stack).postgresPassword,
  });
  await superuser.connect();
  const http = new HttpClient(environment.api, { pipelining: 1 });
  try {
    tell(`inserting ${posts} posts with their revisions and targets`);
    await insertManyPosts(app, { tenantId: tenant.id, authorId: user.id, count: posts });
    await superuser.query('vacuum analyze post, post_revision, post_target');
    const token = await tokenOf(environment, user.username, demoPassword);
    const contenders = {
      http: () => overHttp(http, token),
      pg_bare: () => bare(superuser),
      pg_in_tenant: () => inTenant(app),
    };
    tell(`${warmUpRounds} rounds to warm up, ${rounds} to measure`);
    await takeTurns(contenders, warmUpRounds);
    const times = await takeTurns(contenders, rounds);
    report('list', { posts, page: pageSize, ...figures(times) });
  } finally {
    await Promise.all([http.close(), superuser.end(), app.end()]);
  }
}

type Contenders = Readonly<Record<string, () => Promise<number>>>;
type Times = Readonly<Record<string, readonly number[]>>;

/** Milliseconds of every turn. Who begins changes from round to round. */
async function takeTurns(contenders: Contenders, count: number): Promise<Times> {
  const entries = Object.entries(contenders);
  const times: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    for (let turn = 0; turn < entries.length; turn += 1) {
      const [name, run] = entries[(round + turn) % entries.length] ?? ['', () => Promise.resolve(0)];
      const startedMs = performance.now();
      const rows = await run();
      times[name]?.push(performance.now() - startedMs);
      if (rows !== pageSize) throw new Error(`${name} brought ${rows} posts instead of ${pageSize}`);
    }
  }
  return times;
}

function figures(times: Times): Record<string, number> {
  const at = (name: string, share: number) => percentile(times[name] ?? [], share);
  const each = Object.keys(times).flatMap((name) => [
    [`${name}_p50_ms`, at(name, 0.5)] as const,
    [`${name}_p95_ms`, at(name, 0.95)] as const,
  ]);
  const ratio = (base: string, share: number) => at('http', share) / at(base, share);
  return {
    ...Object.fromEntries(each),
    ratio_to_bare_p50: ratio('pg_bare', 0.5),
    ratio_to_bare_p95: ratio('pg_bare', 0.95),
    ratio_to_tenant_p50: ratio('pg_in_tenant', 0.5),
    ratio_to_tenant_p95: ratio('pg_in_tenant', 0.95),
  };
}

async function overHttp(http: HttpClient, token: string): Promise<number> {
  const { statusCode, body } = await http.request({
    method: 'GET',
    path: `/v1/posts?limit=${pageSize}`,
    headers: { authorization: `Bearer ${token}`, 'chorally-tenant': tenant.slug },
  });
  const page = (await body.json()) as { items?: unknown[] };
  if (statusCode !== 200) throw new Error(`the API answered ${statusCode}: ${JSON.stringify(page)}`);
  return page.items?.length ?? 0;
}

async function bare(superuser: pg.Client): Promise<number> {
  const { rows } = await superuser.query(bareList);
  return Math.min(rows.length, pageSize);
}

async function inTenant(app: pg.Pool): Promise<number> {
  const client = await app.connect();
  try {
    await client.query(`begin; select set_config('app.tenant_id', '${tenant.id}', true)`);
    await client.query(rights);
    const { rows } = await client.query(list);
    await client.query('commit');
    return Math.min(rows.length, pageSize);
  } finally {
    client.release();
  }
}

const anywhere = { from: null, to: null };
const firstPage: PostFilter = {
  statuses: [],
  connectionId: null,
  authorId: null,
  text: null,
  attention: null,
  created: anywhere,
  scheduled: anywhere,
  before: null,
  limit: pageSize,
};

/** The API's own statements, prepared as the API's are. */
const list = await statementOf('list', (db) => postList(db, firstPage).execute());
const rights = await statementOf('rights', (db) => selectRights(db, user.id as UserId));
const bareList = withTenantNamed(list);

/** The same list with the tenant in it, for a role that no policy confines. */
function withTenantNamed({ text, values }: Statement): Statement {
  const place = 'from "post" order by';
  if (text.split(place).length !== 2) throw new Error('the list has changed: adapt where its tenant goes');
  const named = `from "post" where "tenant_id" = $${values.length + 1} order by`;
  return { name: 'list-of-tenant', text: text.replace(place, named), values: [...values, tenant.id] };
}

await runProgram(measure);
