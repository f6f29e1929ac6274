import { z } from 'zod';
import { standingOf, type TemplateRow } from '../../db/template.ts';
import type { selectVersions } from '../../db/template-version.ts';
import type { UserId } from '../../domain/ids.ts';
import { editableAgainAt } from '../../domain/template-edit.ts';
import {
  type TemplateContent,
  templateCategories,
  templateQualities,
  templateStatuses,
} from '../../domain/template.ts';
import { entityTag } from '../entity-tag.ts';
import { answer } from '../route-context.ts';
import { id, instantView } from '../schemas.ts';
import { templateContentBody, templateId } from './template-schemas.ts';

const contentView = templateContentBody.meta({ id: 'TemplateContent', description: 'What the template says.' });

const rejectionView = z
  .object({
    code: z.string().meta({ description: "WhatsApp's code.", example: 'INVALID_FORMAT' }),
    detail: z.string().nullable().meta({ description: "WhatsApp's words, where it gave any." }),
  })
  .meta({ id: 'TemplateRejection', description: 'Why WhatsApp has rejected it.' });

export const templateView = z
  .object({
    id: templateId,
    wabaId: z
      .string()
      .meta({ description: 'The WhatsApp business account it belongs to.', example: '104100000000001' }),
    name: z.string().meta({ description: 'The same for all languages.', example: 'ordine_pronto' }),
    language: z.string().meta({ description: "WhatsApp's code.", example: 'it' }),
    category: z
      .enum(templateCategories)
      .meta({ description: 'As WhatsApp has it; it may change it of its own accord.' }),
    status: z.enum(templateStatuses).meta({ description: '`draft` is ours; the rest is WhatsApp’s word.' }),
    rejection: rejectionView.nullable(),
    quality: z.enum(templateQualities).meta({ description: 'How recipients take it.' }),
    pausedUntil: instantView('When a pause ends by itself, where WhatsApp says so.').nullable(),
    editableAt: instantView('When an approved template can be submitted again; null: now.').nullable(),
    version: z.int().meta({ description: 'The newest local version.' }),
    approvedVersion: z.int().nullable().meta({ description: 'The one that is sent; null: none is approved.' }),
    submitted: z.boolean().meta({ description: 'Whether the newest version has been handed to WhatsApp.' }),
    content: contentView,
    createdAt: instantView('When it was made.'),
    updatedAt: instantView('When the newest version was written.'),
    syncedAt: instantView('As of when WhatsApp’s word is known; null: it was never submitted.').nullable(),
  })
  .meta({ id: 'Template', description: 'A WhatsApp message template in one language.' });

export function presentTemplate(row: TemplateRow, now: Date): z.input<typeof templateView> {
  const editableAt = row.status === 'approved' ? editableAgainAt(standingOf(row).editedAt, now.getTime()) : null;
  return {
    id: row.id,
    wabaId: row.waba_id,
    name: row.name,
    language: row.language,
    category: row.category,
    status: row.status,
    rejection: row.rejection === null ? null : { code: row.rejection, detail: row.rejection_detail },
    quality: row.quality,
    pausedUntil: row.paused_until?.toISOString() ?? null,
    editableAt: editableAt === null ? null : new Date(editableAt).toISOString(),
    version: row.version,
    approvedVersion: row.approved_version,
    submitted: row.submitted_at !== null,
    content: presentContent(row.content),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    syncedAt: row.synced_at?.toISOString() ?? null,
  };
}

/** With its version as entity tag. */
export function answerTemplate(row: TemplateRow, now: Date, headers: Readonly<Record<string, string>> = {}) {
  return answer(presentTemplate(row, now), { etag: entityTag(row.version), ...headers });
}

export const versionView = z
  .object({
    number: z.int().meta({ description: 'Rises by one with every version.' }),
    content: contentView,
    createdBy: id<UserId>('Who wrote it; null: it was edited at WhatsApp itself.').nullable(),
    createdAt: instantView('When it was written.'),
    submittedAt: instantView('When it was handed to WhatsApp; null: never.').nullable(),
  })
  .meta({ id: 'TemplateVersion', description: 'What a template said at some time.' });

export function presentVersion(row: Awaited<ReturnType<typeof selectVersions>>[number]): z.input<typeof versionView> {
  return {
    number: row.number,
    content: presentContent(row.content),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    submittedAt: row.submitted_at?.toISOString() ?? null,
  };
}

/** Without the handles, which are between WhatsApp and us. */
function presentContent(content: TemplateContent): z.input<typeof contentView> {
  const { parameterFormat, header, body, footer, buttons, cards } = content;
  return {
    parameterFormat,
    header: header === null ? null : presentHeader(header),
    body: presentText(body),
    footer,
    buttons: [...buttons],
    cards: cards.map((card) => ({
      header: { kind: card.header.kind, mediaId: card.header.mediaId },
      body: presentText(card.body),
      buttons: [...card.buttons],
    })),
  };
}

function presentHeader(header: NonNullable<TemplateContent['header']>) {
  switch (header.kind) {
    case 'text':
      return { kind: header.kind, ...presentText(header) };
    case 'location':
      return { kind: header.kind };
    case 'image':
    case 'video':
    case 'document':
      return { kind: header.kind, mediaId: header.mediaId };
  }
}

function presentText({ text, examples }: TemplateContent['body']) {
  return { text, examples: { ...examples } };
}
