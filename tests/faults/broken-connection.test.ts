import { expect, test } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { environment } from '../support/fault-api.ts';

test('a database connection that breaks inside a transaction fails that transaction, not the process', async () => {
  const url = environment().databaseUrl;
  const { pool } = connect(url, { max: 2, onError: () => undefined, applicationName: 'fault-test' });
  const client = await pool.connect();
  await client.query('begin');
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  // Between two statements nobody waits for this connection: an error that it throws into the void ends the process.
  const ended = new Promise<void>((resolve) => void client.once('end', resolve));
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
  await expect(client.query('select 1')).rejects.toThrow();
  client.release();
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
