import { randomBytes } from 'node:crypto';
import { nextNumericId } from '../kernel/ids.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { principalOf } from './auth.ts';
import { invalidParameter, unknownObject } from './errors.ts';
import { type Node, parseFields, select } from './fields.ts';
import { page } from './paging.ts';
import { objects, param, required } from './params.ts';
import { judgeTemplate, refused } from './template-judgement.ts';
import { decide, reviewLater, settled } from './template-review.ts';
import { normalised, type Template, templateNamed, templateNode, templatesOf } from './template-store.ts';
import { wabaFor } from './whatsapp-operations.ts';
import { wabaOf } from './whatsapp-seeds.ts';

/** Templates of a WhatsApp business account, and the resumable upload of their samples. */
export function templateOperations(world: World): Operation[] {
  const ofWaba = {
    path: '/:waba/message_templates',
    when: ({ params }: Call) => wabaOf(params['waba'] ?? '') !== null,
  };
  const isTemplate = ({ params }: Call): boolean => templatesOf(world).get(params['template'] ?? '') !== null;
  const one = { path: '/:template', when: isTemplate };
  return [
    { ...ofWaba, name: 'whatsapp.template.create', method: 'POST', handle: (call) => create(world, call) },
    { ...ofWaba, name: 'whatsapp.templates.list', method: 'GET', handle: (call) => list(world, call) },
    { ...ofWaba, name: 'whatsapp.template.delete', method: 'DELETE', handle: (call) => remove(world, call) },
    { ...one, name: 'whatsapp.template.read', method: 'GET', handle: (call) => read(world, call) },
    { ...one, name: 'whatsapp.template.edit', method: 'POST', handle: (call) => edit(world, call) },
    {
      name: 'whatsapp.template.unpause',
      method: 'POST',
      path: '/:template/unpause',
      when: isTemplate,
      handle: (call) => unpause(world, call),
    },
    {
      name: 'graph.upload.open',
      method: 'POST',
      path: '/:app/uploads',
      when: ({ params }) => params['app'] === seedApp.meta.clientId,
      handle: (call) => openUpload(world, call),
    },
    {
      name: 'graph.upload.send',
      method: 'POST',
      path: '/:session',
      when: ({ params }) => params['session']?.startsWith('upload:') === true,
      handle: (call) => takeUpload(world, call),
    },
  ];
}

const dayMs = 24 * 60 * 60_000;
const monthMs = 30 * dayMs;

function create(world: World, call: Call): Answer {
  const { id: wabaId } = wabaFor(world, call, call.params['waba'] ?? '');
  const [name, language] = [required(call, 'name'), required(call, 'language')];
  const wanted = { wabaId, name, language, ...saidIn(world, call, 'POSITIONAL') };
  const category = categoryIn(call) ?? 'UTILITY';
  judgeTemplate(wanted);
  if (templateNamed(world, wanted) !== null) {
    const words = `There is already ${languageName(language)} content for this template. You can create a new template and try again.`;
    throw refused(2_388_024, 'Content in This Language Already Exists', words);
  }
  refuseDeletedName(world, wanted);
  const template: Template = {
    ...wanted,
    id: nextNumericId().slice(0, 15),
    category,
    status: 'PENDING',
    rejectedReason: 'NONE',
    quality: 'UNKNOWN',
    reviewedFrom: Date.now(),
    everApproved: false,
    editedAt: [],
    pausedAt: null,
    pauses: 0,
    deletedAt: null,
  };
  templatesOf(world).put(template.id, template);
  reviewLater(world, template.id);
  return { status: 200, body: { id: template.id, status: template.status, category }, effect: true };
}

/** Graph names a deleted language so for four weeks. */
function refuseDeletedName(
  world: World,
  { wabaId, name, language }: Pick<Template, 'wabaId' | 'name' | 'language'>,
): void {
  const held = templatesOf(world)
    .values()
    .find(
      (each) =>
        each.wabaId === wabaId &&
        each.name === name &&
        each.language === language &&
        each.everApproved &&
        each.deletedAt !== null &&
        each.deletedAt > Date.now() - monthMs,
    );
  if (held === undefined) return;
  const spoken = languageName(language);
  throw refused(
    2_388_023,
    'Message template language is being deleted',
    `New ${spoken} content can't be added while the existing ${spoken} content is being deleted. Try again in 4 weeks, or consider creating a new message template.`,
  );
}

const languageName = (code: string): string =>
  new Intl.DisplayNames('en', { type: 'language' }).of(code.split('_')[0] ?? code) ?? code;

/** What a template is to say; `usual` is how its variables are written where nobody says so. */
function saidIn(
  world: World,
  call: Call,
  usual: Template['parameterFormat'],
): Pick<Template, 'parameterFormat' | 'components'> {
  const format = (param(call, 'parameter_format') ?? usual).toUpperCase();
  const components = normalised(objects(call, 'components'));
  const handles = [...JSON.stringify(components).matchAll(/"header_handle":\["([^"]*)"/g)].map(
    (match) => match[1] ?? '',
  );
  for (const handle of handles) {
    if (uploads(world).get(handle) === null)
      throw invalidParameter('(#100) Param header_handle is not a valid handle.');
  }
  return { parameterFormat: format === 'NAMED' ? 'NAMED' : 'POSITIONAL', components };
}

function categoryIn(call: Call): string | null {
  const category = param(call, 'category')?.toUpperCase() ?? null;
  if (category === null || ['MARKETING', 'UTILITY', 'AUTHENTICATION'].includes(category)) return category;
  throw invalidParameter('(#100) Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}');
}

/** The template, for whoever may manage its account; a deleted one is not there. */
function templateFor(world: World, call: Call): Template {
  const id = call.params['template'] ?? '';
  const template = templatesOf(world).get(id);
  if (template === null || template.deletedAt !== null) throw unknownObject(id, call.method.toLowerCase());
  wabaFor(world, call, template.wabaId);
  return settled(world, template);
}

function read(world: World, call: Call): Answer {
  const fields = param(call, 'fields');
  const asked = fields === null ? null : parseFields(fields);
  return { status: 200, body: select(templateNode(templateFor(world, call)), nodeType, asked, defaults) };
}

const nodeType = 'WhatsAppMessageTemplate';
const defaults = ['name', 'parameter_format', 'components', 'language', 'status', 'category', 'id'];

function list(world: World, call: Call): Answer {
  const { id: wabaId } = wabaFor(world, call, call.params['waba'] ?? '');
  const all = templatesOf(world)
    .values()
    .filter((each) => each.wabaId === wabaId && each.deletedAt === null);
  const held = all
    .map((each) => settled(world, each))
    .filter((each) => matches(call, each))
    .toReversed();
  const fields = param(call, 'fields');
  const asked = fields === null ? null : parseFields(fields);
  const present = (template: Template): object => select(templateNode(template), nodeType, asked, defaults);
  const summary = summaryOf(call, { total_count: held.length, message_template_count: all.length });
  return { status: 200, body: { ...page(world, call, held, present), ...summary } };
}

/** So many templates a verified business may have. */
const templateLimit = 6_000;

/** What of the whole is asked for beside the page. */
function summaryOf(call: Call, counts: Readonly<Record<string, number>>): object {
  const asked = param(call, 'summary');
  if (asked === null) return {};
  const whole: Node = {
    id: '',
    ...counts,
    message_template_limit: templateLimit,
    are_translations_complete: true,
  };
  const { id: _none, ...summary } = select(whole, 'summary', parseFields(asked), []) as Node;
  return { summary };
}

/** A name's filter finds every name that holds it; the others take several values. */
function matches(call: Call, template: Template): boolean {
  const oneOf = (name: string, value: string): boolean => {
    const asked = param(call, name);
    return asked === null || asked.toUpperCase().split(',').includes(value.toUpperCase());
  };
  const name = param(call, 'name');
  return (
    (name === null || template.name.includes(name)) &&
    oneOf('status', template.status) &&
    oneOf('category', template.category) &&
    oneOf('language', template.language)
  );
}

function edit(world: World, call: Call): Answer {
  const template = templateFor(world, call);
  if (!['APPROVED', 'REJECTED', 'PAUSED'].includes(template.status)) {
    const words = "The status for this message template can't be changed. You can only delete or add templates.";
    throw refused(2_388_039, "Message template status can't be changed", words);
  }
  const category = categoryIn(call);
  if (category !== null && template.everApproved && category !== template.category) {
    throw invalidParameter('(#100) The category of an approved message template cannot be changed.');
  }
  const now = Date.now();
  const approved = template.status === 'APPROVED';
  const recent = template.editedAt.filter((at) => at > now - monthMs);
  if (approved && (recent.length >= 10 || recent.some((at) => at > now - dayMs))) {
    throw invalidParameter('(#100) This message template can only be edited once in 24 hours and 10 times in 30 days.');
  }
  const said = param(call, 'components') === null ? template : saidIn(world, call, template.parameterFormat);
  const { parameterFormat, components } = said;
  judgeTemplate({ name: template.name, parameterFormat, components });
  const { id, name } = template;
  const kept = category ?? template.category;
  templatesOf(world).put(id, {
    ...template,
    parameterFormat,
    components,
    category: kept,
    status: 'PENDING',
    rejectedReason: 'NONE',
    reviewedFrom: now,
    editedAt: approved ? [...recent, now] : recent,
  });
  reviewLater(world, id);
  return { status: 200, body: { success: true, id, name, category: kept }, effect: true };
}

function remove(world: World, call: Call): Answer {
  const { id: wabaId } = wabaFor(world, call, call.params['waba'] ?? '');
  const [name, id] = [required(call, 'name'), param(call, 'hsm_id')];
  const meant = templatesOf(world)
    .values()
    .filter((each) => each.wabaId === wabaId && each.name === name && each.deletedAt === null)
    .filter((each) => id === null || each.id === id);
  if (meant.length === 0) throw invalidParameter('(#100) Message template was not found.');
  for (const template of meant) {
    templatesOf(world).put(template.id, { ...template, status: 'DELETED', deletedAt: Date.now(), reviewedFrom: null });
  }
  return { status: 200, body: { success: true }, effect: true };
}

const earliestUnpauseMs = 5 * 60_000;

function unpause(world: World, call: Call): Answer {
  const template = templateFor(world, call);
  const { status, pausedAt } = template;
  const early = pausedAt !== null && Date.now() < pausedAt + earliestUnpauseMs;
  if (status !== 'PAUSED' || early) {
    const reason = status === 'PAUSED' ? 'Template was paused less than 5 minutes ago.' : 'Template is not paused.';
    return { status: 200, body: { success: false, reason } };
  }
  decide(world, template, { status: 'APPROVED', title: 'UNPAUSE' });
  return { status: 200, body: { success: true }, effect: true };
}

interface Upload {
  readonly length: number;
  readonly type: string;
  readonly done: boolean;
}

const uploads = ({ store }: World) => store.collection<Upload>('resumable-upload');

function openUpload(world: World, call: Call): Answer {
  principalOf(world, call);
  const type = required(call, 'file_type');
  if (!/^(?:application\/pdf|image\/(?:jpeg|jpg|png)|video\/mp4)$/.test(type)) {
    throw invalidParameter('(#100) Param file_type is not a supported file type.');
  }
  const id = `upload:${randomBytes(18).toString('base64url')}`;
  uploads(world).put(id, { length: Number(required(call, 'file_length')), type, done: false });
  return { status: 200, body: { id }, effect: true };
}

function takeUpload(world: World, call: Call): Answer {
  principalOf(world, call);
  const id = call.params['session'] ?? '';
  const session = uploads(world).get(id);
  if (session === null) throw unknownObject(id, 'post');
  const length = Buffer.isBuffer(call.body) ? call.body.length : 0;
  if (length !== session.length) throw invalidParameter('(#100) The file is not complete.');
  const handle = `4::${randomBytes(24).toString('base64url')}`;
  uploads(world).put(handle, { ...session, done: true });
  return { status: 200, body: { h: handle }, effect: true };
}
