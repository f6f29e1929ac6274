import pg from 'pg';
import type { TokenKey } from '../../src/db/connection-token.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import type { AttemptState } from '../../src/domain/publication.ts';
import { environment } from './fault-api.ts';

/** A post as these queries need it. */
interface PostKey {
  readonly id: string;
  readonly tenantId: string;
}

export interface AttemptRow {
  readonly network: PublishingNetwork;
  readonly n: number;
  readonly state: AttemptState;
  readonly callingAt: Date | null;
}

/** Every attempt to publish a post, as the application's role sees it. */
export function attemptsOf(post: PostKey): Promise<readonly AttemptRow[]> {
  return inTenant(post, async (client) => {
    const { rows } = await client.query<AttemptRow>(
      `select connection.network, attempt.n, attempt.state, attempt.calling_at as "callingAt"
       from publish_attempt attempt
       join post_target target on (target.tenant_id, target.id) = (attempt.tenant_id, attempt.target_id)
       join connection on (connection.tenant_id, connection.id) = (target.tenant_id, target.connection_id)
       where target.post_id = $1 order by connection.network, attempt.n`,
      [post.id],
    );
    return rows;
  });
}

export interface RowLock {
  /** How many of the product's transactions wait for it. */
  waiting(): Promise<number>;
  release(): Promise<void>;
}

/** Locks the rows of a post's attempts: whoever wants to change one waits, between any two instants one likes. */
export async function lockAttempts(post: PostKey): Promise<RowLock> {
  const client = await open(post);
  await client.query(
    `select n from publish_attempt where target_id in (select id from post_target where post_id = $1) for update`,
    [post.id],
  );
  return lockOf(client);
}

/** Locks a connection: whoever wants to write down what became of its tokens waits. */
export async function lockConnection({ tenantId, connectionId }: TokenKey): Promise<RowLock> {
  const client = await open({ tenantId });
  await client.query('select id from connection where id = $1 for update', [connectionId]);
  return lockOf(client);
}

function lockOf(client: pg.Client): RowLock {
  return {
    async waiting() {
      const { rows } = await client.query<{ count: string }>(
        `select count(distinct pid) from pg_locks where not granted and pg_blocking_pids(pid) @> array[pg_backend_pid()]`,
      );
      return Number(rows[0]?.count);
    },
    release: async () => {
      await client.query('rollback');
      await client.end();
    },
  };
}

/** How many messages to the post's process have been committed and not yet brought to Temporal. */
export function undeliveredMessages(post: PostKey): Promise<number> {
  return inTenant(post, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) from process_outbox where workflow_id like $1 and delivered_at is null`,
      [`%/post/${post.id}/%`],
    );
    return Number(rows[0]?.count);
  });
}

async function inTenant<T>(post: PostKey, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await open(post);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function open({ tenantId }: Pick<PostKey, 'tenantId'>): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: environment().databaseUrl, application_name: 'fault-test' });
  // A server that is killed under it; whoever uses it next hears of it.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
  return client;
}
