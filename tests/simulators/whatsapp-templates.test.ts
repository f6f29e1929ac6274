import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { templateOfMessage } from '../../simulators/graph/template-parameters.ts';
import { templatesOf, type Template } from '../../simulators/graph/template-store.ts';
import type { Settings } from '../../simulators/kernel/settings.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { ChannelError } from '../../src/channels/channel.ts';
import { channelHttp, usualHttpSettings } from '../../src/channels/http.ts';
import { hostsFor } from '../../src/channels/http/hosts.ts';
import { templateApi } from '../../src/channels/whatsapp/template-api.ts';
import { cloudComponents, templateContent } from '../../src/channels/whatsapp/template-json.ts';
import { componentsFor } from '../../src/domain/template-message.ts';
import { readsTheSame } from '../../src/domain/template-news.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { seedApps } from '../support/apps.ts';
import { carousel, orderReady } from '../support/template-contents.ts';
import { graphAs } from './support/graph.ts';
import { emptyWorld, stoppedClock } from './support/world.ts';

const [aurora] = whatsappBusinesses;
const access = { wabaId: aurora.wabas[0].id, accessToken: aurora.accessToken };
const order = { name: 'ordine_pronto', language: 'it', category: 'utility', content: orderReady } as const;

/** The simulator, and the API that we speak to it. */
async function whatsapp(settings: Partial<Settings> = {}) {
  const graph = await graphAs({ templateReviewMs: 0, ...settings });
  const http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor({ whatsapp: graph.simulator.url }),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1 },
    clock: Date.now,
  });
  onTestFinished(() => http.close());
  return { ...graph, api: templateApi({ http, clock: Date.now, app: seedApps.meta }) };
}

async function refusalOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ChannelError)) throw error;
  return { class: error.class, code: error.provider?.code, message: error.provider?.message };
}

test('a template is handed in, reviewed, read back as it was meant, and found among all', async () => {
  const { api } = await whatsapp({ listPageSize: 1 });
  const created = await api.create(access, order);
  expect(created).toMatchObject({ status: 'pending', category: 'utility' });
  await api.create(access, { ...order, language: 'en' });
  const read = await api.read(access, created.providerId);
  expect(read).toMatchObject({
    name: order.name,
    language: 'it',
    status: 'approved',
    rejection: null,
    quality: 'unknown',
  });
  expect(read?.content).toEqual(orderReady);
  expect((await api.list(access)).map(({ language }) => language)).toEqual(['en', 'it']);
  expect((await api.find(access, { name: order.name, language: 'it' }))?.providerId).toBe(created.providerId);
  expect(await api.find(access, { name: 'ordine', language: 'it' })).toBeNull();
});

test('samples are uploaded first, and a carousel with them comes back the same', async () => {
  const { api } = await whatsapp();
  const bytes = Buffer.from('a picture');
  const handle = await api.uploadSample(access, { fileName: 'cesto.jpg', mimeType: 'image/jpeg', bytes });
  const wish = { name: 'cesti', language: 'it', category: 'marketing', content: carousel(handle) } as const;
  const { providerId } = await api.create(access, wish);
  const read = await api.read(access, providerId);
  expect(read?.content === null || read === null ? false : readsTheSame(read.content, carousel(handle))).toBe(true);
  const never = createHash('sha256').update(bytes).digest('hex');
  expect(await refusalOf(api.create(access, { ...wish, name: 'altri_cesti', content: carousel(never) }))).toEqual({
    class: 'content_refused',
    code: '100',
    message: '(#100) Param header_handle is not a valid handle.',
  });
});

const saying = (text: string, examples: Record<string, string> = {}): TemplateContent => ({
  ...orderReady,
  parameterFormat: 'positional',
  header: null,
  body: { text, examples },
});

test.each([
  [saying('Ciao {{1}}', { '1': 'x' }), '100/2388299', "Variables can't be at the start or end of the template."],
  [
    saying('Ciao {{1}} qui', { '1': 'x' }),
    '100/2388293',
    'This template has too many variables for its length. Reduce the number of variables or increase the message length.',
  ],
  [
    saying('Ciao {{1}} il tuo ordine è pronto').body.text,
    '100/2388043',
    'component of type BODY is missing expected field(s) (example)',
  ],
  [{ ...orderReady, footer: 'a'.repeat(61) }, '100/2388040', "The footer field can't be longer than 60 characters."],
] as const)('WhatsApp refuses at once (%#)', async (content, code, message) => {
  const { api, call } = await whatsapp();
  if (typeof content === 'string') {
    const json = { name: 'a', language: 'it', category: 'UTILITY', components: [{ type: 'BODY', text: content }] };
    const { body } = await call(`/${access.wabaId}/message_templates`, { json }, access.accessToken);
    expect(body['error']).toMatchObject({ code: 100, error_subcode: 2_388_043, error_user_msg: message });
    return;
  }
  expect(await refusalOf(api.create(access, { ...order, content }))).toEqual({
    class: 'content_refused',
    code,
    message,
  });
});

test('a name is taken once in a language, and blocked after an approved template was deleted', async () => {
  const { api } = await whatsapp();
  const { providerId } = await api.create(access, order);
  expect(await refusalOf(api.create(access, order))).toEqual({
    class: 'content_refused',
    code: '100/2388024',
    message: 'There is already Italian content for this template. You can create a new template and try again.',
  });
  await api.read(access, providerId);
  await api.remove(access, { providerId, name: order.name });
  await api.remove(access, { providerId, name: order.name });
  expect(await api.read(access, providerId)).toBeNull();
  expect((await refusalOf(api.create(access, order))).code).toBe('100/2388023');
});

test('an approved template is edited once in a day, in its category; one in review not at all', async () => {
  const { api } = await whatsapp();
  const { providerId } = await api.create(access, order);
  await api.read(access, providerId);
  const edited = { ...orderReady, footer: 'A presto' };
  await api.edit(access, providerId, { category: null, content: edited });
  expect((await api.read(access, providerId))?.content?.footer).toBe('A presto');
  expect((await refusalOf(api.edit(access, providerId, { category: null, content: edited }))).message).toBe(
    '(#100) This message template can only be edited once in 24 hours and 10 times in 30 days.',
  );
  expect((await refusalOf(api.edit(access, providerId, { category: 'marketing', content: edited }))).message).toBe(
    '(#100) The category of an approved message template cannot be changed.',
  );
  const slow = await whatsapp({ templateReviewMs: 60_000 });
  const pending = await slow.api.create(access, order);
  expect(await refusalOf(slow.api.edit(access, pending.providerId, { category: null, content: edited }))).toEqual({
    class: 'content_refused',
    code: '100/2388039',
    message: "The status for this message template can't be changed. You can only delete or add templates.",
  });
});

test('the review rejects what does not fit the category, and quality and pauses follow WhatsApp’s word', async () => {
  const { api, control } = await whatsapp();
  const content = { ...orderReady, header: null, footer: null, body: { text: 'Uno sconto per te', examples: {} } };
  const { providerId } = await api.create(access, { ...order, content });
  expect(await api.read(access, providerId)).toMatchObject({ status: 'rejected', rejection: 'TAG_CONTENT_MISMATCH' });
  await control(`/templates/${providerId}/quality`, { json: { quality: 'RED' } });
  await control(`/templates/${providerId}/decide`, { json: { status: 'PAUSED', title: 'RATE_LIMITING_PAUSE' } });
  expect(await api.read(access, providerId)).toMatchObject({ status: 'paused', quality: 'red' });
  expect(await api.unpause(access, providerId)).toBe('Template was paused less than 5 minutes ago.');
});

test('a template whose parts are not known is read without them', () => {
  const flow = { type: 'BUTTONS', buttons: [{ type: 'FLOW', text: 'Apri', flow_id: '1' }] };
  expect(templateContent('positional', [{ type: 'BODY', text: 'Ciao' }, flow])).toBeNull();
});

const made = (content: TemplateContent, status: Template['status']): Template => ({
  id: '1',
  wabaId: access.wabaId,
  name: 'ordine_pronto',
  language: 'it',
  category: 'UTILITY',
  parameterFormat: content.parameterFormat === 'named' ? 'NAMED' : 'POSITIONAL',
  components: cloudComponents(content) as Template['components'],
  status,
  rejectedReason: 'NONE',
  quality: 'GREEN',
  reviewedFrom: null,
  everApproved: true,
  editedAt: [],
  pausedAt: null,
  pauses: 0,
  deletedAt: null,
});

test('a message is held against its template: what we make fits, and what does not is refused by its code', async () => {
  stoppedClock();
  const world = await emptyWorld();
  const hold = (status: Template['status']) => templatesOf(world).put('1', made(orderReady, status));
  const values = { 'header.order': '1', 'body.first_name': 'U', 'body.order': '1', 'button.1': '1', 'button.3': 'C' };
  const components = componentsFor(orderReady, values) as unknown as readonly Record<string, unknown>[];
  const send = (sent: typeof components, language = 'it') => {
    const outcome = templateOfMessage(world, access.wabaId, { name: 'ordine_pronto', language, components: sent });
    return 'refusal' in outcome ? [outcome.refusal.code, outcome.refusal.details] : 'taken';
  };
  hold('APPROVED');
  expect(send(components)).toBe('taken');
  expect(send(components, 'en')).toEqual([132_001, 'template name (ordine_pronto) does not exist in en']);
  expect(send(components.filter(({ type }) => type !== 'body'))).toEqual([
    132_000,
    'body: number of localizable_params (0) does not match the expected number of params (2)',
  ]);
  expect(send(components.filter(({ sub_type: kind }) => kind !== 'copy_code'))).toEqual([
    132_000,
    'buttons: Button at index 3: number of localizable_params (0) does not match the expected number of params (1)',
  ]);
  hold('PAUSED');
  expect(send(components)).toMatchObject([132_015, expect.any(String)]);
  hold('DISABLED');
  expect(send(components)).toMatchObject([132_016, expect.any(String)]);
});

test('a template for one-time passwords, as WhatsApp words it itself, is read and sent with the code twice', async () => {
  const world = await emptyWorld();
  const url = 'https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=5&code=otp{{1}}';
  const worded = [
    { type: 'BODY', text: '*{{1}}* è il tuo codice di verifica.', example: { body_text: [['123456']] } },
    { type: 'FOOTER', text: 'Questo codice scade tra 5 minuti.' },
    { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Copia codice', url, example: ['https://www.whatsapp.com/x'] }] },
  ];
  const content = templateContent('positional', worded);
  if (content === null) throw new Error('the template was not read');
  const template = { ...made(content, 'APPROVED'), category: 'AUTHENTICATION', components: worded };
  templatesOf(world).put('1', template);
  const components = componentsFor(content, { 'body.1': '482913', 'button.0': '482913' });
  const sent = JSON.parse(JSON.stringify(components)) as Record<string, unknown>[];
  const message = { name: 'ordine_pronto', language: 'it', components: sent };
  expect(templateOfMessage(world, access.wabaId, message)).toEqual({ template });
});

test('a carousel’s message has the picture of every card', async () => {
  const world = await emptyWorld();
  templatesOf(world).put('1', made(carousel('4::h'), 'APPROVED'));
  const values = Object.fromEntries(
    [0, 1].flatMap((card) => [
      [`card.${card}.header.media`, 'https://aurora.example/cesto.jpg'],
      [`card.${card}.body.1`, '19'],
      [`card.${card}.button.0`, 'x'],
    ]),
  );
  const components = componentsFor(carousel('4::h'), { 'body.1': 'U', ...values });
  const sent = JSON.parse(JSON.stringify(components)) as Record<string, unknown>[];
  const message = { name: 'ordine_pronto', language: 'it' };
  expect(templateOfMessage(world, access.wabaId, { ...message, components: sent })).toHaveProperty('template');
  const withoutPictures = JSON.parse(
    JSON.stringify(components).replaceAll('"type":"image"', '"type":"video"'),
  ) as typeof sent;
  expect(templateOfMessage(world, access.wabaId, { ...message, components: withoutPictures })).toMatchObject({
    refusal: { code: 132_012, details: 'card 0: header: Format mismatch, expected IMAGE, received VIDEO' },
  });
});
