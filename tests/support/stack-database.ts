import { programVariables } from '../../dev/environment.ts';
import { demoTenant } from '../../dev/demo-data.ts';
import { testStack } from '../../dev/stack.ts';
import type { Kysely } from 'kysely';
import { connect } from '../../src/db/connect.ts';
import type { Database } from '../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { readApiConfig } from '../../src/platform/config.ts';

/** Works on a demo tenant's rows behind the running API's back, as the application's role. */
export async function inDemoTenant<T>(slug: string, work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  const { database } = readApiConfig(programVariables(testStack()));
  const { db } = connect(database.appUrl, { max: 1, onError: () => undefined, applicationName: 'test-rows' });
  try {
    return await withTenant(db, demoTenant(slug).id as TenantId, work);
  } finally {
    await db.destroy();
  }
}

/** The same across tenants, on the queues that the system's role works on. */
export async function asSystem<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const { database } = readApiConfig(programVariables(testStack()));
  const { db } = connect(database.systemUrl, { max: 1, onError: () => undefined, applicationName: 'test-rows' });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
