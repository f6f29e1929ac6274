import type { Selectable } from 'kysely';
import { afterAll, beforeAll } from 'vitest';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { connectionId } from '../../dev/seed-tenant.ts';
import { type SeedTenant, seedTenants } from '../../simulators/seed.ts';
import type { Database } from '../../src/db/schema.ts';
import { control } from './fault-networks.ts';
import { inDemoTenant } from './stack-database.ts';

/**
 * Lends the pages of a demo tenant to the tests of a file: a page belongs to one tenant at a time. When they are over
 * the tenant has them back, and its networks honour what it was seeded with.
 */
export function lendPagesOf(slug: string): void {
  const { facebook, instagram, linkedin } = seedOf(slug);
  const ids: readonly ConnectionId[] = [...facebook, ...instagram, ...linkedin].map(connectionId);
  const set = (state: 'disconnected' | 'connected') =>
    inDemoTenant(slug, (trx) => trx.updateTable('connection').set({ state }).where('id', 'in', ids).execute());
  beforeAll(() => set('disconnected'));
  afterAll(async () => {
    await set('connected');
    await restoreTokensOf(slug);
  });
}

/** Lets a demo tenant's page be granted anew and ended by the tests of a file; then it has what it was seeded with. */
export function keepGrantOf(slug: string, id: ConnectionId): void {
  let kept: Selectable<Database['connection_secret']> | null = null;
  beforeAll(async () => {
    kept = await inDemoTenant(slug, (trx) =>
      trx.selectFrom('connection_secret').selectAll().where('connection_id', '=', id).executeTakeFirstOrThrow(),
    );
  });
  afterAll(async () => {
    const secret = kept;
    if (secret === null) return;
    await inDemoTenant(slug, async (trx) => {
      await trx.updateTable('connection').set(asSeeded).where('id', '=', id).execute();
      await trx
        .insertInto('connection_secret')
        .values(secret)
        .onConflict((conflict) => conflict.columns(['tenant_id', 'connection_id']).doUpdateSet(secret))
        .execute();
    });
    await restoreTokensOf(slug);
  });
}

const asSeeded = {
  state: 'connected',
  admin_profile_id: null,
  scopes: null,
  missing_scopes: [],
  consent_expires_at: null,
  last_error: null,
  disconnected_at: null,
  disconnected_by: null,
  revocation: null,
} as const;

async function restoreTokensOf(slug: string): Promise<void> {
  const { facebook, instagram, linkedin, metaPerson, linkedinPerson } = seedOf(slug);
  for (const { externalId } of [...facebook, ...instagram, metaPerson]) {
    await control('graph', 'POST', `/tokens/${externalId}/restore`, {});
  }
  for (const { externalId } of [...linkedin, linkedinPerson]) {
    await control('linkedin', 'POST', `/tokens/${externalId}/restore`, {});
  }
}

function seedOf(slug: string): SeedTenant {
  const seeded = seedTenants.find((tenant) => tenant.slug === slug);
  if (seeded === undefined) throw new Error(`the simulators know no ${slug}`);
  return seeded;
}
