import { z } from 'zod';
import { selectTemplate, selectTemplates, type TemplatePosition } from '../../db/template.ts';
import { selectVersions } from '../../db/template-version.ts';
import { selectAccountOf } from '../../db/template-account.ts';
import { templateCategories, templateStatuses } from '../../domain/template.ts';
import { defineRoute } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { templateParams, whatsappConnectionId } from './template-schemas.ts';
import { answerTemplate, presentTemplate, presentVersion, templateView, versionView } from './template-view.ts';

const codec = cursorCodec<TemplatePosition>('templates', z.tuple([cursorText, cursorText, z.uuid()]));

export const listTemplates = defineRoute({
  method: 'get',
  path: '/v1/templates',
  tag: 'Templates',
  summary: 'List the WhatsApp templates',
  description: 'By name and language. Those that are deleted are shown only when they are asked for.',
  permission: 'campaign.read',
  query: z.strictObject({
    ...pageQuery,
    connectionId: whatsappConnectionId.optional(),
    wabaId: z.string().max(100).optional().meta({ description: 'Of this WhatsApp business account.' }),
    status: listOf(templateStatuses, 'In these statuses.'),
    category: listOf(templateCategories, 'Of these categories.'),
    language: z.string().max(20).optional().meta({ description: 'In this language.', example: 'it' }),
    q: z.string().trim().min(1).max(100).optional().meta({ description: 'Part of the name or of the body.' }),
  }),
  answer: { status: 200, schema: pageOf(templateView), description: 'A page of templates.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query, now }) => {
    const { limit, cursor, connectionId, status: statuses, category: categories } = query;
    const after = codec.decode(cursor);
    const ofConnection = connectionId === undefined ? null : await selectAccountOf(trx, connectionId);
    // A connection that is none of the tenant's has no templates.
    const elsewhere = connectionId !== undefined && ofConnection === null;
    const contradicts = query.wabaId !== undefined && ofConnection !== null && query.wabaId !== ofConnection;
    if (elsewhere || contradicts) return answer({ items: [], nextCursor: null });
    const wabaId = query.wabaId ?? ofConnection;
    const filter = { wabaId, statuses, categories, language: query.language ?? null, search: query.q ?? null };
    const rows = await selectTemplates(trx, filter, { after, limit });
    const positionOf = ({ name, language, id }: (typeof rows)[number]) => [name, language, id] as const;
    return answer(pageFrom(rows, limit, { codec, positionOf, present: (row) => presentTemplate(row, now) }));
  },
});

export const readTemplate = defineRoute({
  method: 'get',
  path: '/v1/templates/{templateId}',
  tag: 'Templates',
  summary: 'Read a template',
  description: 'With its newest local version. What is sent is the approved one.',
  permission: 'campaign.read',
  params: templateParams,
  answer: {
    status: 200,
    schema: templateView,
    description: 'The template.',
    headers: { etag: 'Its version, for `If-Match`.' },
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, now, refuse }) => {
    const row = await selectTemplate(trx, params.templateId);
    if (row === null) throw refuse('not_found');
    return answerTemplate(row, now);
  },
});

export const listVersions = defineRoute({
  method: 'get',
  path: '/v1/templates/{templateId}/versions',
  tag: 'Templates',
  summary: 'List the versions of a template',
  description: 'Newest first, the last hundred. What was edited at WhatsApp itself is a version too.',
  permission: 'campaign.read',
  params: templateParams,
  answer: { status: 200, schema: z.object({ items: z.array(versionView) }), description: 'Its versions.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    if ((await selectTemplate(trx, params.templateId)) === null) throw refuse('not_found');
    return answer({ items: (await selectVersions(trx, params.templateId)).map(presentVersion) });
  },
});
