import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graph } from '../../simulators/graph/network.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { type Simulator, startSimulator } from '../../simulators/kernel/simulator.ts';
import type { TemplateDesk } from '../../src/api/templates/template-desk.ts';
import { readTemplatesWith } from '../../src/bin/read-templates.ts';
import { templateDeskWith } from '../../src/bin/template-desk.ts';
import { type ChannelHttp, channelHttp, usualHttpSettings } from '../../src/channels/http.ts';
import { hostsFor } from '../../src/channels/http/hosts.ts';
import { templateApi } from '../../src/channels/whatsapp/template-api.ts';
import { selectApprovedTemplate } from '../../src/db/template.ts';
import { syncDueTemplates } from '../../src/relay/sync-templates.ts';
import type { ConnectionId, TemplateId } from '../../src/domain/ids.ts';
import { seedApps } from '../support/apps.ts';
import { holdTokens } from '../support/held-tokens.ts';
import { orderReady } from '../support/template-contents.ts';
import { uploadImage, useTenantApi } from '../support/tenant-api.ts';

const [aurora] = whatsappBusinesses;
const [waba] = aurora.wabas;

let simulator: Simulator;
let http: ChannelHttp;
let folder: string;
let connectionId: ConnectionId;

const whatsapp = () => templateApi({ http, clock: Date.now, app: seedApps.meta });
const desk = () => templateDeskWith(whatsapp());
const templates: TemplateDesk = {
  submit: (...asked) => desk().submit(...asked),
  remove: (...asked) => desk().remove(...asked),
  unpause: (...asked) => desk().unpause(...asked),
  list: (...asked) => desk().list(...asked),
};
const served = useTenantApi({ templates });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chorally-templates-'));
  simulator = await startSimulator(graph, { folder, port: 0, settings: { templateReviewMs: 0, processingDelayMs: 0 } });
  http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor({ whatsapp: simulator.url }),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1 },
    clock: Date.now,
  });
  const { api, tenant } = served();
  const holder = { network: 'whatsapp', kind: 'embedded_signup', externalId: randomUUID() } as const;
  const tokens = { accessToken: aurora.accessToken, refreshToken: null };
  connectionId = await holdTokens(api.services.db, tenant.id, { ...holder, ...tokens }, api.config.masterKeys);
  await served().inTenant(async (trx) => {
    // The stack's own worker reads accounts that are due, at another simulator than this one.
    const due_at = new Date(Date.now() + 24 * 3_600_000);
    await trx.insertInto('template_sync').values({ tenant_id: tenant.id, waba_id: waba.id, due_at }).execute();
    await trx
      .updateTable('connection')
      .set({ details: JSON.stringify({ wabaId: waba.id }) })
      .where('id', '=', connectionId)
      .execute();
  });
});

afterAll(async () => {
  await simulator.close();
  await http.close();
  await rm(folder, { recursive: true, force: true });
});

let counter = 0;
const draft = (change: object = {}) => {
  counter += 1;
  const json = { connectionId, name: `ordine_${counter}`, language: 'it', category: 'utility', content: orderReady };
  return served().as('elena', 'POST', '/v1/templates', { ...json, ...change });
};
const at = (id: string, rest = '') => `/v1/templates/${id}${rest}`;
const read = async (id: string) => (await served().as('irene', 'GET', at(id))).body;
const submit = (id: string, version = 1) =>
  served().as('elena', 'POST', at(id, '/submit'), undefined, { headers: { 'if-match': `"${version}"` } });
const sync = () => served().as('elena', 'POST', '/v1/templates/sync', { connectionId });
const control = (path: string, json: object) =>
  fetch(`${simulator.control}${path}`, { method: 'POST', body: JSON.stringify(json) });

/** A template that WhatsApp has approved. */
async function approved() {
  const { id } = (await draft()).body;
  expect((await submit(id)).status).toBe(200);
  await sync();
  return (await read(id)) as { id: string; name: string; status: string; version: number };
}

describe('a template', () => {
  test('is drafted, submitted, approved, and sent in the version that was approved', async () => {
    const { status, body, headers } = await draft();
    expect([status, body.status, body.wabaId, headers.get('etag')]).toEqual([201, 'draft', waba.id, '"1"']);
    const submitted = await submit(body.id);
    expect([submitted.status, submitted.body.status, submitted.body.submitted]).toEqual([200, 'pending', true]);
    expect((await sync()).body).toMatchObject({ changed: 1 });
    expect(await read(body.id)).toMatchObject({ status: 'approved', approvedVersion: 1, quality: 'unknown' });

    const edit = { content: { ...orderReady, footer: 'A presto' } };
    const edited = await served().as('elena', 'PATCH', at(body.id), edit, { headers: { 'if-match': '"1"' } });
    expect([edited.status, edited.body.version, edited.body.submitted]).toEqual([200, 2, false]);
    const sent = await served().inTenant((trx) => selectApprovedTemplate(trx, body.id as TemplateId));
    expect([sent?.content.footer, sent?.wabaId]).toEqual([orderReady.footer, waba.id]);
    const versions = await served().as('irene', 'GET', at(body.id, '/versions'));
    expect(versions.body.items.map(({ number }: { number: number }) => number)).toEqual([2, 1]);

    expect((await submit(body.id, 2)).body.status).toBe('pending');
    await sync();
    expect(await read(body.id)).toMatchObject({ status: 'approved', approvedVersion: 2 });
    const third = { content: { ...orderReady, footer: 'Ciao' } };
    await served().as('elena', 'PATCH', at(body.id), third, { headers: { 'if-match': '"2"' } });
    const again = await submit(body.id, 3);
    expect([again.status, again.body.type]).toEqual([409, '/problems/edited-too-often']);
  });

  test('is not submitted with what WhatsApp refuses, and is told where', async () => {
    const content = { ...orderReady, body: { text: 'Ciao {{first_name}}', examples: {} } };
    const { body } = await draft({ content });
    const refused = await submit(body.id);
    const found = refused.body.errors.map(
      ({ pointer, rule }: { pointer: string; rule: string }) => `${pointer} ${rule}`,
    );
    expect([refused.status, found]).toEqual([
      422,
      [
        '/content/body/text variable_at_edge',
        '/content/body/text too_few_words',
        '/content/body/examples/first_name example_missing',
      ],
    ]);
  });

  test('shows a sample that is uploaded on the way, and whose file stays', async () => {
    const mediaId = await uploadImage(served(), { format: 'jpeg' });
    const content = { ...orderReady, header: { kind: 'image', mediaId } };
    const { body } = await draft({ content });
    expect((await submit(body.id)).body).toMatchObject({
      status: 'pending',
      content: { header: { kind: 'image', mediaId } },
    });
    const kept = await served().as('elena', 'DELETE', `/v1/media/${mediaId}`);
    expect([kept.status, kept.body.templates]).toEqual([409, [{ id: body.id }]]);
  });

  test('has a name once in a language, and a version that is edited by one at a time', async () => {
    const { body } = await draft();
    const taken = await draft({ name: body.name });
    expect([taken.status, taken.body.errors[0].rule]).toEqual([422, 'unique']);
    expect((await draft({ name: body.name, language: 'en' })).status).toBe(201);
    const stale = await served().as('elena', 'PATCH', at(body.id), {}, { headers: { 'if-match': '"7"' } });
    expect(stale.status).toBe(412);
    expect((await served().as('irene', 'POST', '/v1/templates', body)).status).toBe(403);
  });

  test('is deleted at WhatsApp too, and its name is blocked', async () => {
    const { id, name } = await approved();
    const gone = await served().as('elena', 'DELETE', at(id), undefined, { headers: { 'if-match': '"1"' } });
    expect(gone.status).toBe(204);
    expect((await read(id)).status).toBe('deleted');
    const blocked = await draft({ name });
    expect([blocked.status, blocked.body.type]).toEqual([409, '/problems/name-blocked']);
    expect(
      await whatsapp().find({ wabaId: waba.id, accessToken: aurora.accessToken }, { name, language: 'it' }),
    ).toBeNull();
  });

  test('whose submission was not answered is found again', async () => {
    const { body } = await draft();
    await control('/faults', { match: { operation: 'whatsapp.template.create' }, action: 'lose_answer', times: 1 });
    const submitted = await submit(body.id);
    expect([submitted.status, submitted.body.submitted]).toEqual([200, true]);
    const all = await whatsapp().list({ wabaId: waba.id, accessToken: aurora.accessToken });
    expect(all.filter(({ name }) => name === body.name)).toHaveLength(1);
  });
});

test('a preview shows the samples and tells what is wrong, and keeps nothing', async () => {
  const json = { name: 'X', category: 'utility', content: orderReady, values: { 'body.first_name': 'Ugo' } };
  const { status, body } = await served().as('irene', 'POST', '/v1/templates/preview', json);
  expect([status, body.rendered.body]).toEqual([
    200,
    'Ciao Ugo, il tuo ordine A-17 ti aspetta nel negozio di via Verdi a Milano.',
  ]);
  expect(body.violations).toMatchObject([{ pointer: '/name', rule: 'name' }]);
  expect(body.places.map(({ key }: { key: string }) => key)).toContain('button.1');
});

describe('what is done at WhatsApp itself', () => {
  const access = { wabaId: waba.id, accessToken: aurora.accessToken };

  test('is brought in by reading the account, once, by one process', async () => {
    const name = `altrove_${randomUUID().slice(0, 8)}`;
    await whatsapp().create(access, { name, language: 'it', category: 'utility', content: orderReady });
    const { api, tenant, inTenant } = served();
    const reading = {
      tenants: () => Promise.resolve([tenant.id]),
      db: api.services.db,
      read: readTemplatesWith({
        db: api.services.db,
        api: whatsapp(),
        masterKeys: api.config.masterKeys,
        clock: Date.now,
      }),
      clock: Date.now,
      log: api.services.logger,
    };
    await inTenant((trx) => trx.deleteFrom('template_sync').execute());
    const done = await Promise.all([syncDueTemplates(reading), syncDueTemplates(reading)]);
    expect(done.map(({ accounts }) => accounts).reduce((sum, read) => sum + read)).toBe(1);
    const { items } = (await served().as('irene', 'GET', `/v1/templates?q=${name}&connectionId=${connectionId}`)).body;
    expect(items).toMatchObject([{ name, status: 'approved', approvedVersion: 1, submitted: true }]);
  });

  test('makes a new version where it was edited, and ends where it was deleted', async () => {
    const { id } = await approved();
    const provider = await served().inTenant((trx) =>
      trx
        .selectFrom('template')
        .select('provider_id')
        .where('id', '=', id as TemplateId)
        .executeTakeFirstOrThrow(),
    );
    const providerId = provider.provider_id ?? '';
    await whatsapp().edit(access, providerId, { category: null, content: { ...orderReady, footer: 'Da Meta' } });
    await sync();
    expect(await read(id)).toMatchObject({ version: 2, approvedVersion: 2, content: { footer: 'Da Meta' } });
    await whatsapp().remove(access, { providerId, name: (await read(id)).name });
    await sync();
    expect((await read(id)).status).toBe('deleted');
  });
});

describe('a webhook', () => {
  const deliver = async (field: string, value: object, { secret, time }: { secret?: string; time?: number } = {}) => {
    const { api } = served();
    const entry = [{ id: waba.id, time: time ?? Math.floor(Date.now() / 1_000), changes: [{ field, value }] }];
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
    const key = secret ?? api.config.networks.apps.meta.secret ?? '';
    const headers = { 'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}` };
    return (await fetch(`${api.url}/webhooks/meta`, { method: 'POST', body, headers })).status;
  };
  const about = ({ name }: { name: string }) => ({
    message_template_id: 900_000_000_000_001,
    message_template_name: name,
    message_template_language: 'it',
  });

  test('tells of review, quality and category; a forged one and an old one change nothing', async () => {
    const { body } = await draft();
    const subject = about(body);
    const status = (event: string, more: object = {}) => ({ ...subject, event, reason: 'NONE', ...more });
    expect(await deliver('message_template_status_update', status('APPROVED'), { secret: 'guessed' })).toBe(401);
    expect((await read(body.id)).status).toBe('draft');

    const rejection = { reason: 'INVALID_FORMAT', rejection_info: { reason: 'Two parameters touch.' } };
    expect(await deliver('message_template_status_update', { ...status('REJECTED'), ...rejection })).toBe(200);
    expect(await read(body.id)).toMatchObject({
      status: 'rejected',
      rejection: { code: 'INVALID_FORMAT', detail: 'Two parameters touch.' },
    });
    const old = { time: Math.floor(Date.now() / 1_000) - 3_600 };
    await deliver('message_template_status_update', status('APPROVED'), old);
    expect((await read(body.id)).status).toBe('rejected');

    await deliver('message_template_status_update', status('PAUSED', { other_info: { title: 'FIRST_PAUSE' } }));
    const paused = await read(body.id);
    expect(paused.status).toBe('paused');
    expect(Date.parse(paused.pausedUntil) - Date.now()).toBeGreaterThan(2.9 * 3_600_000);
    await deliver('message_template_quality_update', { ...subject, new_quality_score: 'RED' });
    await deliver('template_category_update', { ...subject, new_category: 'MARKETING' });
    expect(await read(body.id)).toMatchObject({ quality: 'red', category: 'marketing' });
  });

  test('about a template that is not known has its account read', async () => {
    await served().inTenant((trx) =>
      trx
        .updateTable('template_sync')
        .set({ due_at: new Date(Date.now() + 3_600_000) })
        .execute(),
    );
    await deliver('message_template_components_update', about({ name: 'mai_vista' }));
    const { due_at: dueAt } = await served().inTenant((trx) =>
      trx.selectFrom('template_sync').select('due_at').executeTakeFirstOrThrow(),
    );
    expect(dueAt.getTime()).toBeLessThanOrEqual(Date.now());
  });
});
