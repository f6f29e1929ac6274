import { expect, test } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { environment } from '../support/fault-api.ts';
import { eventually } from '../support/fault-wait.ts';

test('a database connection that breaks inside a transaction fails that transaction, not the process', async () => {
  const { pool } = connect(environment().databaseUrl, {
    max: 2,
    onError: () => undefined,
    applicationName: 'fault-test',
  });
  const client = await pool.connect();
  await client.query('begin');
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  // An error of the connection that nobody listens to would end this process, and with it the test.
  await eventually(
    'the next statement refused',
    () =>
      client.query('select 1').then(
        () => null,
        () => true,
      ),
    {
      withinMs: 5_000,
    },
  );
  client.release();
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
