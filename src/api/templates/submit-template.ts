import { lockTemplate, recordSubmission, selectTemplate, standingOf, type TemplateRow } from '../../db/template.ts';
import { mediaIn } from '../../db/template-version.ts';
import { selectMedia } from '../../db/media.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { MediaId, TenantId } from '../../domain/ids.ts';
import { submitRefusal, withEdit } from '../../domain/template-edit.ts';
import { templateViolations } from '../../domain/template-lint.ts';
import { defineRoute } from '../define-route.ts';
import type { Storage } from '../../platform/storage.ts';
import { accountAccess, failed, type HeldAccount } from './account-access.ts';
import { heldSamples, sampleFactsOf } from './content-of.ts';
import { recordChange } from './record-change.ts';
import type { SampleFile, Submission } from './template-desk.ts';
import { explained, fieldErrors, networkProblems, submitProblems } from './template-problems.ts';
import { templateParams } from './template-schemas.ts';
import { answerTemplate, templateView } from './template-view.ts';
import type { TemplateDependencies } from './routes.ts';

interface Ready {
  readonly row: TemplateRow;
  readonly account: HeldAccount;
  readonly samples: ReadonlyMap<MediaId, StoredSample>;
}

interface StoredSample {
  readonly sha256: string;
  readonly mimeType: string;
  readonly fileName: string;
}

/** Hands the newest version of a template to WhatsApp, which reviews it. */
export function submitTemplate({ templates, storage, masterKeys }: TemplateDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/templates/{templateId}/submit',
    tag: 'Templates',
    summary: 'Submit a template to WhatsApp',
    description:
      'Hands the newest version in, new or as an edit, after it has been held against everything for which WhatsApp is known to refuse (422). Samples are uploaded on the way. Repeating is safe: what WhatsApp has already is found again.',
    permission: 'template.write',
    params: templateParams,
    ifMatch: true,
    answer: {
      status: 200,
      schema: templateView,
      description: 'The template as WhatsApp has it now, usually `pending`.',
      headers: { etag: 'Its version.' },
    },
    refusals: { ...submitProblems, ...networkProblems },
    audit: 'template.submitted',
    act: async (ctx) => {
      const { params, caller, now, inTenant, refuse } = ctx;
      const { row, account, samples } = await inTenant(async (trx): Promise<Ready> => {
        const found = await lockTemplate(trx, params.templateId);
        if (found === null) throw refuse('not_found');
        ctx.requireVersion(found.version);
        const refusal = submitRefusal(standingOf(found), { category: found.category, now: now.getTime() });
        if (refusal !== null) throw refuse(refusal.code, explained(refusal));
        // A rejected one may be handed in again as it is.
        if (found.submitted_at !== null && found.status !== 'rejected') throw refuse('already_submitted');
        const { facts } = await heldSamples(trx, found.content);
        const violations = templateViolations(found, sampleFactsOf(facts));
        if (violations.length > 0) throw refuse('template_invalid', { errors: fieldErrors(violations) });
        const held = await accountAccess(trx, ctx, { wabaId: found.waba_id, masterKeys });
        if (held === null) throw refuse('not_connected');
        return { row: found, account: held, samples: await storedSamples(trx, found) };
      });

      const { tenantId } = caller;
      const sample = (id: MediaId): Promise<SampleFile | null> =>
        readSample(storage, { tenantId, stored: samples.get(id) });
      const outcome = await templates.submit(account, submissionOf(row, sample));
      if (outcome.kind !== 'submitted') throw await failed(ctx, account, outcome);

      return inTenant(async (trx) => {
        const editedAt =
          row.status === 'approved'
            ? withEdit(standingOf(row).editedAt, now.getTime()).map((at) => new Date(at))
            : row.edited_at;
        await recordSubmission(trx, { row, content: outcome.content, submitted: outcome, editedAt, now });
        await recordChange(trx, ctx, 'template.submitted', { id: row.id, version: row.version });
        const written = await selectTemplate(trx, row.id);
        if (written === null) throw refuse('not_found');
        return answerTemplate(written, now);
      });
    },
  });
}

function submissionOf(row: TemplateRow, sample: Submission['sample']): Submission {
  return {
    providerId: row.provider_id,
    name: row.name,
    language: row.language,
    category: row.category,
    categoryIsFixed: row.approved_version !== null,
    content: row.content,
    sample,
  };
}

async function storedSamples(trx: TenantTransaction, { content }: TemplateRow): Promise<Ready['samples']> {
  const samples = new Map<MediaId, StoredSample>();
  for (const id of mediaIn(content)) {
    const media = await selectMedia(trx, id);
    if (media === undefined) continue;
    samples.set(id, { sha256: media.sha256, mimeType: media.mime_type, fileName: media.file_name });
  }
  return samples;
}

async function readSample(
  storage: Storage,
  { tenantId, stored }: { tenantId: TenantId; stored: StoredSample | undefined },
): Promise<SampleFile | null> {
  if (stored === undefined) return null;
  const file = await storage.find(tenantId, stored.sha256);
  if (file === null) return null;
  return { fileName: stored.fileName, mimeType: stored.mimeType, bytes: await file.read() };
}
