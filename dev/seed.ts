import { connect } from '../src/db/connect.ts';
import { withTenant } from '../src/db/tenant.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { readWorkerConfig } from '../src/platform/config.ts';
import { runProgram } from './complaint.ts';
import { demoTenants } from './demo-data.ts';
import { seedTenant } from './seed-tenant.ts';

/** Writes the demo tenants to the database that the environment names. What is there already stays as it is. */
await runProgram(async () => {
  const { database, masterKeys } = readWorkerConfig();
  const { db } = connect(database.appUrl, {
    max: demoTenants.length,
    applicationName: 'chorally-seed',
    onError: (error) => console.error(error.message),
  });
  const now = new Date();
  try {
    await Promise.all(
      demoTenants.map((tenant) =>
        withTenant(db, tenant.id as TenantId, (trx) => seedTenant(trx, tenant, { masterKeys, now })),
      ),
    );
  } finally {
    await db.destroy();
  }
});
