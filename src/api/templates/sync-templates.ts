import { z } from 'zod';
import { selectAccountOf } from '../../db/template-account.ts';
import { applyReading } from '../../db/template-reading.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { accountAccess, failed } from './account-access.ts';
import type { TemplateDependencies } from './routes.ts';
import { networkProblems } from './template-problems.ts';
import { whatsappConnectionId } from './template-schemas.ts';

const syncView = z
  .object({
    created: z.int().meta({ description: 'Templates that were made at WhatsApp itself.' }),
    changed: z.int().meta({ description: 'Templates of which WhatsApp said something new.' }),
    unsupported: z.int().meta({ description: 'Templates with parts that are not known here; they are left out.' }),
  })
  .meta({ id: 'TemplateSync', description: 'What reading the templates has brought.' });

/** Reads all templates of an account now. */
export function syncTemplates({ templates, masterKeys }: TemplateDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/templates/sync',
    tag: 'Templates',
    summary: 'Read the templates of a WhatsApp account now',
    description:
      'WhatsApp tells of changes by itself, and every account is read every ten minutes; this reads it at once. The newer word wins.',
    permission: 'template.write',
    body: z.strictObject({ connectionId: whatsappConnectionId }),
    answer: { status: 200, schema: syncView, description: 'What has changed.' },
    refusals: networkProblems,
    audit: null,
    act: async (ctx) => {
      const { body, caller, now, inTenant, services, invalid, refuse } = ctx;
      const account = await inTenant(async (trx) => {
        const wabaId = await selectAccountOf(trx, body.connectionId);
        if (wabaId === null) {
          const detail = 'is not a WhatsApp number of this tenant';
          throw invalid([{ pointer: '/connectionId', rule: 'known', limit: null, value: body.connectionId, detail }]);
        }
        return accountAccess(trx, ctx, { wabaId, masterKeys });
      });
      if (account === null) throw refuse('not_connected');
      const readAt = new Date(services.clock());
      const outcome = await templates.list(account);
      if (outcome.kind !== 'listed') throw await failed(ctx, account, outcome);
      const { tenantId } = caller;
      const reading = { tenantId, wabaId: account.wabaId, templates: outcome.templates, readAt, now };
      return answer(await inTenant((trx) => applyReading(trx, reading)));
    },
  });
}
