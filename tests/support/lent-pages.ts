import { afterAll, beforeAll } from 'vitest';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { connectionId } from '../../dev/seed-tenant.ts';
import { seedTenants } from '../../simulators/seed.ts';
import { control } from './fault-networks.ts';
import { inDemoTenant } from './stack-database.ts';

/**
 * Lends the pages of a demo tenant to the tests of a file: a page belongs to one tenant at a time. When they are over
 * the tenant has them back, and its networks honour what it was seeded with.
 */
export function lendPagesOf(slug: string): void {
  const seeded = seedTenants.find((tenant) => tenant.slug === slug);
  if (seeded === undefined) throw new Error(`the simulators know no ${slug}`);
  const { facebook, instagram, linkedin, metaPerson, linkedinPerson } = seeded;
  const ids: readonly ConnectionId[] = [...facebook, ...instagram, ...linkedin].map(connectionId);
  const set = (state: 'disconnected' | 'connected') =>
    inDemoTenant(slug, (trx) => trx.updateTable('connection').set({ state }).where('id', 'in', ids).execute());
  beforeAll(() => set('disconnected'));
  afterAll(async () => {
    await set('connected');
    for (const { externalId } of [...facebook, ...instagram, metaPerson]) {
      await control('graph', 'POST', `/tokens/${externalId}/restore`, {});
    }
    for (const { externalId } of [...linkedin, linkedinPerson]) {
      await control('linkedin', 'POST', `/tokens/${externalId}/restore`, {});
    }
  });
}
