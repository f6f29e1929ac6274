import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { claimOutbox, enqueue } from '../../src/db/outbox.ts';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { insertRows, oneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

/** So far ahead that the stack's own relay leaves these messages alone. */
const due = new Date('2090-01-01T00:00:00Z');
const leaseMs = 30_000;
const atLease = (offsetMs: number) => new Date(due.getTime() + leaseMs + offsetMs);

const app = databaseAs('app');
const system = databaseAs('system');
let workflowId: string;
let first: string;
let second: string;

beforeEach(async () => {
  const tenant = oneRowPerTable();
  const tenantId = tenant.tenant.id;
  workflowId = `test/${randomUUID()}`;
  const message = { kind: 'connection_repaired', connectionId: randomUUID() as ConnectionId } as const;
  [first, second] = await withTenant(app.db, tenantId, async (trx) => {
    await insertRows(trx, tenant);
    return [
      await enqueue(trx, { tenantId, workflowId, message, now: due }),
      await enqueue(trx, { tenantId, workflowId, message, now: due }),
    ];
  });
});

describe('claiming messages', () => {
  it('gives each message to one relay, and lets none wait for another', async () => {
    await undone(async (one) => {
      await undone(async (other) => {
        expect(await mine(one, due)).toEqual([first]);
        expect(await mine(other, due)).toEqual([]);
      });
    });
  });

  it('keeps those of one process in their order: the next only after the one before', async () => {
    await undone(async (relay) => {
      expect(await mine(relay, due)).toEqual([first]);
      await sql`update process_outbox set delivered_at = ${due} where id = ${first}`.execute(relay);
      expect(await mine(relay, due)).toEqual([second]);
    });
  });

  it('is a lease: a relay that died leaves them to the next, not before its time', async () => {
    await undone(async (relay) => {
      expect(await mine(relay, due)).toEqual([first]);
      expect(await mine(relay, atLease(-1))).toEqual([]);
      expect(await mine(relay, atLease(0))).toEqual([first]);
    });
  });
});

class Undo extends Error {}

/** Work whose claims are rolled back: other tests' messages may be among them. */
async function undone(work: (relay: Transaction<Database>) => Promise<void>): Promise<void> {
  const transaction = system.db.transaction().execute(async (trx) => {
    await sql`set local lock_timeout = '2s'`.execute(trx);
    await work(trx);
    throw new Undo();
  });
  await expect(transaction).rejects.toThrow(Undo);
}

/** Which of this test's messages a relay gets at an instant. */
async function mine(relay: Transaction<Database>, now: Date): Promise<string[]> {
  const claimed = await claimOutbox(relay, { now, leaseMs, limit: 10_000 });
  return claimed.filter((row) => row.workflow_id === workflowId).map(({ id }) => id);
}
