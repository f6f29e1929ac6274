import { isDeepStrictEqual } from 'node:util';
import { insertTemplate, lockTemplate, selectDeletedName, selectTemplate, standingOf } from '../../db/template.ts';
import { addVersion } from '../../db/template-version.ts';
import { selectAccountOf } from '../../db/template-account.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { draftRefusal, nameBlockedUntil } from '../../domain/template-edit.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import type { FieldError } from '../problem.ts';
import { contentOf, heldSamples } from './content-of.ts';
import { recordChange } from './record-change.ts';
import { editProblems, explained, nameProblems } from './template-problems.ts';
import { changedTemplateBody, newTemplateBody, templateParams } from './template-schemas.ts';
import { answerTemplate, templateView } from './template-view.ts';

export const createTemplate = defineRoute({
  method: 'post',
  path: '/v1/templates',
  tag: 'Templates',
  summary: 'Draft a template',
  description:
    'Keeps a draft; WhatsApp hears of it when it is submitted. Each language of a name is a template of its own.',
  permission: 'template.write',
  body: newTemplateBody,
  answer: {
    status: 201,
    schema: templateView,
    description: 'The draft.',
    headers: { etag: 'Its version, for `If-Match`.', location: 'Its address.' },
  },
  refusals: nameProblems,
  audit: 'template.created',
  handle: async (ctx) => {
    const { trx, caller, body, now, invalid, refuse } = ctx;
    const { name, language, category } = body;
    const wabaId = await selectAccountOf(trx, body.connectionId);
    if (wabaId === null) throw invalid([noNumber(body.connectionId)]);
    const content = contentOf(body.content);
    const { missing } = await heldSamples(trx, content);
    if (missing.length > 0) throw invalid(missing);
    const deleted = await selectDeletedName(trx, { wabaId, name, language });
    const blocked = deleted === null ? null : nameBlockedUntil(deleted, now.getTime());
    if (blocked !== null) throw refuse('name_blocked', { extensions: { at: new Date(blocked).toISOString() } });
    const id = newId<TemplateId>();
    const by = caller.userId;
    const made = { tenantId: caller.tenantId, id, wabaId, name, language, category, content, by, now, known: null };
    if (!(await insertTemplate(trx, made))) throw invalid([nameTaken(name)]);
    await recordChange(trx, ctx, 'template.created', { id, version: 1 });
    const row = await selectTemplate(trx, id);
    if (row === null) throw new Error('a template that was written is not there');
    return answerTemplate(row, now, { location: `/v1/templates/${id}` });
  },
});

export const editTemplate = defineRoute({
  method: 'patch',
  path: '/v1/templates/{templateId}',
  tag: 'Templates',
  summary: 'Write a new version of a template',
  description:
    'Keeps a new local version; what WhatsApp has approved is sent on until the new one is submitted and approved.',
  permission: 'template.write',
  params: templateParams,
  body: changedTemplateBody,
  ifMatch: true,
  answer: {
    status: 200,
    schema: templateView,
    description: 'The template with its new version.',
    headers: { etag: 'Its version.' },
  },
  refusals: editProblems,
  audit: 'template.edited',
  handle: async (ctx) => {
    const { trx, caller, params, body, now, invalid, refuse } = ctx;
    const row = await lockTemplate(trx, params.templateId);
    if (row === null) throw refuse('not_found');
    ctx.requireVersion(row.version);
    const category = body.category ?? row.category;
    const refusal = draftRefusal(standingOf(row), category);
    if (refusal !== null) throw refuse(refusal.code, explained(refusal));
    const content = body.content === undefined ? row.content : contentOf(body.content);
    if (category === row.category && isDeepStrictEqual(content, row.content)) return answerTemplate(row, now);
    const { missing } = await heldSamples(trx, content);
    if (missing.length > 0) throw invalid(missing);
    const { tenantId, userId: by } = caller;
    const version = { tenantId, id: row.id, number: row.version + 1, content, by, now, submittedAt: null };
    await addVersion(trx, version, category);
    await recordChange(trx, ctx, 'template.edited', { id: row.id, version: version.number });
    const written = await selectTemplate(trx, row.id);
    if (written === null) throw new Error('a template that was written is not there');
    return answerTemplate(written, now);
  },
});

function noNumber(connectionId: string): FieldError {
  const detail = 'is not a WhatsApp number of this tenant';
  return { pointer: '/connectionId', rule: 'known', limit: null, value: connectionId, detail };
}

function nameTaken(name: string): FieldError {
  const detail = 'is the name of another template of this account in this language';
  return { pointer: '/name', rule: 'unique', limit: null, value: name, detail };
}
