import type { AuthorRow } from '../../db/author.ts';
import { selectApprovedTemplate } from '../../db/template.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { componentsFor, missingValues, renderTemplate, type TemplateValues } from '../../domain/template-message.ts';
import type { OutgoingReply } from './reply-desk.ts';
import type { ReplyContext } from './prepare-reply.ts';

/** A template with its values: as it goes out, and as it reads. */
export interface FilledTemplate {
  readonly kind: 'template';
  readonly templateId: TemplateId;
  readonly outgoing: Extract<OutgoingReply['content'], { kind: 'template' }>;
  readonly text: string;
}

/** Fills a template for one contact. Who has withdrawn their consent is sent no marketing, by hand either. */
export async function fillTemplate(
  trx: TenantTransaction,
  { refuse, invalid }: ReplyContext,
  {
    id,
    values,
    author,
    details,
  }: {
    id: TemplateId;
    values: TemplateValues;
    author: AuthorRow;
    /** Of the number: which account it belongs to. */
    details: Readonly<Record<string, string>>;
  },
): Promise<FilledTemplate> {
  const template = await selectApprovedTemplate(trx, id);
  if (template === null || template.wabaId !== details['wabaId']) throw refuse('template_unavailable');
  if (template.category === 'marketing' && author.consent === 'withdrawn') throw refuse('no_consent');
  const missing = missingValues(template.content, values);
  if (missing.length > 0) {
    throw invalid(
      missing.map((place) => ({
        pointer: `/template/values/${place}`,
        rule: 'required',
        limit: null,
        value: null,
        detail: 'is a variable of the template and has no value',
      })),
    );
  }
  const { name, language, content } = template;
  const outgoing = { kind: 'template', name, language, components: componentsFor(content, values) } as const;
  return { kind: 'template', templateId: id, outgoing, text: renderTemplate(content, values).body };
}
