import { z } from 'zod';
import { hastenSync } from '../../db/template-account.ts';
import { lockTemplate, markDeleted, selectTemplate } from '../../db/template.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { accountAccess, failed } from './account-access.ts';
import { recordChange } from './record-change.ts';
import type { TemplateDependencies } from './routes.ts';
import { networkProblems } from './template-problems.ts';
import { templateParams } from './template-schemas.ts';
import { answerTemplate, templateView } from './template-view.ts';

/** Deletes a template, at WhatsApp too. */
export function deleteTemplate({ templates, masterKeys }: TemplateDependencies) {
  return defineRoute({
    method: 'delete',
    path: '/v1/templates/{templateId}',
    tag: 'Templates',
    summary: 'Delete a template',
    description:
      'Deletes it at WhatsApp as well, in this language alone. What has been sent stays; the name of one that had been approved is blocked for thirty days. Deleting what is deleted is success.',
    permission: 'template.write',
    params: templateParams,
    ifMatch: true,
    answer: { status: 204, schema: z.null(), description: 'The template is deleted.' },
    refusals: networkProblems,
    audit: 'template.deleted',
    act: async (ctx) => {
      const { params, now, inTenant, refuse } = ctx;
      const { row, account } = await inTenant(async (trx) => {
        const found = await selectTemplate(trx, params.templateId);
        if (found === null) throw refuse('not_found');
        ctx.requireVersion(found.version);
        if (found.provider_id === null || found.status === 'deleted') return { row: found, account: null };
        const held = await accountAccess(trx, ctx, { wabaId: found.waba_id, masterKeys });
        if (held === null) throw refuse('not_connected');
        return { row: found, account: held };
      });
      if (account !== null && row.provider_id !== null) {
        const outcome = await templates.remove(account, { providerId: row.provider_id, name: row.name });
        if (outcome.kind !== 'removed') throw await failed(ctx, account, outcome);
      }
      await inTenant(async (trx) => {
        const standing = await lockTemplate(trx, row.id);
        if (standing === null || standing.status === 'deleted') return;
        await markDeleted(trx, row.id, now);
        await recordChange(trx, ctx, 'template.deleted', { id: row.id, version: row.version });
      });
      return answer(null);
    },
  });
}

const unpauseProblems = {
  ...networkProblems,
  not_paused: {
    status: 409,
    title: 'Not paused',
    description: 'WhatsApp has not paused the template, so there is nothing to end.',
    example: { status: 'approved' },
  },
} as const;

/** Asks WhatsApp to end a pause. */
export function unpauseTemplate({ templates, masterKeys }: TemplateDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/templates/{templateId}/unpause',
    tag: 'Templates',
    summary: 'End the pause of a template',
    description:
      'WhatsApp lets a pause for pacing be ended, five minutes after it began at the earliest; a pause for quality ends by itself. The status changes when WhatsApp says so.',
    permission: 'template.write',
    params: templateParams,
    answer: {
      status: 200,
      schema: templateView,
      description: 'The template; its status follows.',
      headers: { etag: 'Its version.' },
    },
    refusals: unpauseProblems,
    audit: null,
    act: async (ctx) => {
      const { params, caller, now, inTenant, refuse } = ctx;
      const { row, account, providerId } = await inTenant(async (trx) => {
        const found = await selectTemplate(trx, params.templateId);
        if (found === null) throw refuse('not_found');
        const { status, provider_id: id } = found;
        if (status !== 'paused' || id === null) throw refuse('not_paused', { extensions: { status } });
        const held = await accountAccess(trx, ctx, { wabaId: found.waba_id, masterKeys });
        if (held === null) throw refuse('not_connected');
        return { row: found, account: held, providerId: id };
      });
      const outcome = await templates.unpause(account, providerId);
      if (outcome.kind !== 'unpaused') throw await failed(ctx, account, outcome);
      return inTenant(async (trx) => {
        await hastenSync(trx, caller.tenantId, row.waba_id, now);
        return answerTemplate((await selectTemplate(trx, row.id)) ?? row, now);
      });
    },
  });
}
