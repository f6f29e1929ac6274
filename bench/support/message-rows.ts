import pg from 'pg';
import { type Counter, sendInLoop } from './message-loop.ts';

/** The bare loop with the least that anybody would write down: one update of one row for each message. */
export async function sendWithRows(databaseUrl: string, counter: Counter, bodies: readonly string[]): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolMax, application_name: 'bench' });
  try {
    await pool.query('drop table if exists bench_message');
    await pool.query('create table bench_message (id integer primary key, state text not null, provider_id text)');
    await pool.query(
      `insert into bench_message (id, state) select n, 'queued' from generate_series(0, $1::integer) n`,
      [bodies.length - 1],
    );
    await sendInLoop(counter, bodies, async (index, id) => {
      await pool.query({ name: 'sent', text: sent, values: [index, id] });
    });
  } finally {
    await pool.query('drop table if exists bench_message');
    await pool.end();
  }
}

const poolMax = 16;
const sent = `update bench_message set state = 'sent', provider_id = $2 where id = $1`;
