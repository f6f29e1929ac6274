import { describe, expect, it } from 'vitest';
import { approved, sendableDraft, toldOf } from '../support/campaign-api.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('a crisis stop', () => {
  it('holds campaigns back too, shows which, and tells them of the release', async () => {
    const api = await tenantApi().another();
    const { body: draft } = await sendableDraft(api, { startsAtLocal: '2031-06-01T10:00' });
    await approved(api, draft.id);
    expect((await stop(api)).body).toMatchObject({ active: true, campaigns: 1 });
    expect((await list(api)).body.campaigns).toEqual([
      { id: draft.id, name: 'Natale', state: 'scheduled', startsAtLocal: '2031-06-01T10:00', recipients: null },
    ]);
    const refused = await api.as('paolo', 'POST', `/v1/campaigns/${draft.id}/start`);
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/halted']);
    const halted = async () => (await api.as('paolo', 'GET', `/v1/campaigns/${draft.id}`)).body.halted;
    expect(await halted()).toBe(true);
    const told = (await toldOf(api, draft.id)).length;
    await api.as('paolo', 'POST', '/v1/crisis-stop/release', { posts: 'all' });
    expect(await toldOf(api, draft.id)).toHaveLength(told + 1);
    expect(await halted()).toBe(false);
    expect((await list(api)).body).toMatchObject({ campaigns: [], stop: { active: false, campaigns: 0 } });
  });

  it('lets nothing leave that a running campaign had claimed before', async () => {
    const api = await tenantApi().another();
    const { body: draft } = await sendableDraft(api);
    const campaigns = () => api.inTenant((trx) => trx.selectFrom('campaign').select(['state', 'epoch']).execute());
    await api.inTenant((trx) =>
      trx.updateTable('campaign').set({ state: 'running' }).where('id', '=', draft.id).execute(),
    );
    const [before] = await campaigns();
    expect((await stop(api)).body).toMatchObject({ campaigns: 1 });
    expect(await campaigns()).toEqual([{ state: 'running', epoch: (before?.epoch ?? 0) + 1 }]);
  });
});

const tenantApi = useTenantApi();

const stop = ({ as }: TenantApi) => as('paolo', 'POST', '/v1/crisis-stop', { reason: 'Falscher Preis' });
const list = ({ as }: TenantApi) => as('irene', 'GET', '/v1/crisis-stop');
