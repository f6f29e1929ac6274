import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { hubSignature } from './signing.ts';
import { reviewOf } from './template-judgement.ts';
import { type Template, type TemplateState, templatesOf } from './template-store.ts';

/** The template as it is at this instant: a review that is over has its result. */
export function settled(world: World, template: Template): Template {
  const { reviewedFrom, id } = template;
  if (reviewedFrom === null || Date.now() < reviewedFrom + world.settings.current().templateReviewMs) return template;
  const { reason, detail } = reviewOf(template);
  const approved = reason === 'NONE';
  const after: Template = {
    ...template,
    status: approved ? 'APPROVED' : 'REJECTED',
    rejectedReason: reason,
    everApproved: template.everApproved || approved,
    reviewedFrom: null,
  };
  templatesOf(world).put(id, after);
  tellStatus(world, after, { reason, ...(detail === null ? {} : { rejection_info: rejectionInfo(detail) }) });
  return after;
}

const rejectionInfo = (reason: string): object => ({
  reason,
  recommendation: 'Separate parameters with descriptive text and ensure each parameter is clearly contextualized.',
});

/** Looks again once the review must be over, whether or not anybody asks. */
export function reviewLater(world: World, id: string): void {
  setTimeout(() => {
    const template = templatesOf(world).get(id);
    if (template !== null) settled(world, template);
  }, world.settings.current().templateReviewMs + graceMs).unref();
}

const graceMs = 5;

/** Changes a template of WhatsApp's own accord, and tells the app. */
export function decide(
  world: World,
  template: Template,
  { status, reason = 'NONE', title = null }: { status: TemplateState; reason?: string; title?: string | null },
): Template {
  const paused = status === 'PAUSED';
  const after: Template = {
    ...template,
    status,
    rejectedReason: reason,
    reviewedFrom: null,
    everApproved: template.everApproved || status === 'APPROVED',
    pausedAt: paused ? Date.now() : null,
    pauses: template.pauses + (paused ? 1 : 0),
  };
  templatesOf(world).put(template.id, after);
  const other =
    title === null ? {} : { other_info: { title, description: 'Your WhatsApp message template has changed.' } };
  const disabled = status === 'DISABLED' ? { disable_info: { disable_date: nowS() } } : {};
  tellStatus(world, after, { reason, ...other, ...disabled });
  return after;
}

function tellStatus(world: World, template: Template, more: object): void {
  const value = { event: template.status, ...named(template), message_template_category: template.category, ...more };
  tellApp(world, template.wabaId, { field: 'message_template_status_update', value });
}

/** How webhooks name a template: its id is a number there. */
export const named = ({ id, name, language }: Template): object => ({
  message_template_id: Number(id),
  message_template_name: name,
  message_template_language: language,
});

/** Sends a signed webhook about an account to the address that the app has set at Meta; to nobody if it has set none. */
export function tellApp(
  world: World,
  wabaId: string,
  change: { readonly field: string; readonly value: object },
): void {
  const { appWebhookUrl } = world.settings.current();
  if (appWebhookUrl === null) return;
  const entry = [{ id: wabaId, time: nowS(), changes: [change] }];
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
  const headers = {
    'content-type': 'application/json',
    'x-hub-signature-256': hubSignature(body, seedApp.meta.clientSecret),
  };
  // An app that is not there misses it, and reads the templates now and then.
  fetch(appWebhookUrl, { method: 'POST', body, headers }).catch(() => undefined);
}

const nowS = (): number => Math.floor(Date.now() / 1_000);
